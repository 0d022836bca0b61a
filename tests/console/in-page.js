// What tests ask of a page, evaluated in the browser: see visiting.ts.
globalThis.probe = {
    /** How many pixels the page is wider than the window. */
    overflow: () => document.documentElement.scrollWidth - window.innerWidth,

    /** The text of the main part, as the server wrote it where that is given; without what scripts add. */
    main: (html) => {
        const page = html === undefined ? document : new DOMParser().parseFromString(html, "text/html");
        const copy = page.querySelector("main").cloneNode(true);
        const added = "button[type=button], [aria-live], .uplot, [data-script]";
        for (const element of copy.querySelectorAll(added)) element.remove();
        return copy.textContent;
    },

    /** Texts that are shown smaller than 11 px, drawings as they are scaled. */
    smallTexts: () => {
        const small = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const element = node.parentElement;
            const box = element.getBoundingClientRect();
            if (node.textContent.trim() === "" || box.width <= 1 || box.height <= 1 || !element.checkVisibility())
                continue;
            const scale = element instanceof SVGGraphicsElement ? element.getScreenCTM().a : 1;
            const size = Number.parseFloat(getComputedStyle(element).fontSize) * scale;
            if (size < 10.95) small.push(`${size.toFixed(1)} px: ${node.textContent.trim().slice(0, 40)}`);
        }
        return small;
    },

    /** Violations that axe finds, each with the place. Only the colours differ from scheme to scheme. */
    barriers: async (scheme) => {
        const only = scheme === "dark" ? { runOnly: { type: "rule", values: ["color-contrast"] } } : {};
        const { violations } = await axe.run(document, { resultTypes: ["violations"], ...only });
        return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
    },

    /** Leaves the focus where a new page has it. */
    blur: () => document.activeElement?.blur(),

    /** What has the focus without showing it; `end` when nothing has it. */
    unfocused: () => {
        const element = document.activeElement;
        if (!element || element === document.body) return "end";
        const style = getComputedStyle(element);
        const box = element.getBoundingClientRect();
        const isShown = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2;
        const isSeen = box.width > 1 && box.height > 1 && box.right > 0 && box.left < window.innerWidth;
        return isShown && isSeen ? "" : `${element.outerHTML.slice(0, 80)}, ${style.outline}`;
    },

    /** How many elements the keyboard should reach. */
    countFocusable: () => {
        const all = "a[href], button, input, select, textarea, summary, [tabindex='0']";
        return [...document.querySelectorAll(all)].filter((element) => element.checkVisibility()).length;
    },

    reached: new Set(),

    /** How many elements had the focus whenever this was asked. */
    countReached: () => probe.reached.add(document.activeElement).size,

    /** The relative luminance of a colour of the style sheet, as WCAG defines it. */
    luminance: (name) => {
        const element = document.createElement("i");
        element.style.color = `var(--${name})`;
        document.body.append(element);
        const [red, green, blue] = getComputedStyle(element)
            .color.match(/[\d.]+/g)
            .map((part) => Number(part) / 255)
            .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        element.remove();
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    },

    /** How other sites' scripts read an address: the kind of the answer and its text. */
    fetchAll: (address) => {
        const read = async (init) => {
            try {
                const response = await fetch(address, init);
                return `${response.type} ${await response.text()}`;
            } catch {
                return "refused";
            }
        };
        return Promise.all([{}, { mode: "no-cors" }, { method: "POST", mode: "no-cors", body: "a" }].map(read));
    },
};
