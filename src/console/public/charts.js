// Draws the charts of Growth again, with a cursor, from the table in the page. Without it, the server's pictures stay.
(() => {
    const { uPlot } = window;
    const table = document.querySelector("#values table");
    if (!uPlot || !table) return;

    const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    // The newest week is the first row of the table and the last of a chart.
    const rows = [...table.tBodies[0].rows].reverse();
    const weeks = rows.map((row) => row.cells[0].textContent);
    const toNumber = (cell) => Number(cell.textContent.replaceAll(",", ""));

    for (const figure of document.querySelectorAll("figure[data-series]")) {
        const column = names.indexOf(figure.dataset.series);
        if (column > 0)
            draw(
                figure,
                rows.map((row) => toNumber(row.cells[column])),
            );
    }

    function draw(figure, values) {
        const picture = figure.querySelector("svg");
        const line = figure.querySelector("[aria-live]");
        const total = line.textContent;
        const labels = [...picture.querySelectorAll("text")];
        const ticks = labels.filter((text) => text.dataset.week !== undefined);
        const levels = labels.filter((text) => text.dataset.week === undefined);
        const level = levels.map((text) => Number(text.textContent.replaceAll(",", "")));
        // The picture stays in the page, and tells the colours of the present scheme.
        const read = (selector, property) => () => getComputedStyle(picture.querySelector(selector))[property];
        const [bar, part] = [read("rect.bar", "fill"), read("rect.part", "fill")];
        const [grid, axis, text] = [read(".grid", "stroke"), read(".axis", "stroke"), read("text", "fill")];
        const last = values.length - 1;
        const colours = () => values.map((_, at) => (at === last ? part() : bar()));

        const box = document.createElement("div");
        box.className = "plot";
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute(
            "aria-label",
            `${figure.dataset.series}, rows added each week. Arrow keys move through the weeks.`,
        );
        figure.append(box);

        const font = () => `11px ${getComputedStyle(document.body).fontFamily}`;
        const width = () => figure.clientWidth;
        const common = { font: font(), stroke: text, ticks: { show: false }, gap: 6 };
        const chart = new uPlot(
            {
                width: width(),
                height: 132,
                padding: [6, 0, 0, 0],
                legend: { show: false },
                cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
                scales: { x: { time: false, range: [-0.5, last + 0.5] }, y: { range: [0, level.at(-1)] } },
                axes: [
                    {
                        ...common,
                        size: 18,
                        grid: { show: false },
                        border: { show: true, stroke: axis, width: 1 },
                        splits: () => ticks.map((tick) => Number(tick.dataset.week)),
                        values: () => ticks.map((tick) => tick.textContent),
                        align: 1,
                        rotate: 0,
                    },
                    {
                        ...common,
                        size: 44,
                        grid: { stroke: grid, width: 1, filter: (_, splits) => splits.map((value) => value || null) },
                        splits: () => level,
                        values: () => levels.map((label) => label.textContent),
                    },
                ],
                series: [
                    {},
                    {
                        fill: bar,
                        width: 0,
                        points: { show: false },
                        paths: uPlot.paths.bars({
                            size: [0.76, 100],
                            disp: { fill: { unit: 3, values: colours } },
                        }),
                    },
                ],
                hooks: { setCursor: [(self) => say(self.cursor.idx)] },
            },
            [values.map((_, at) => at), values],
            box,
        );
        figure.classList.add("drawn");
        picture.setAttribute("aria-hidden", "true");

        function say(at) {
            const week = at === null || at === undefined ? undefined : weeks[at];
            const rest = at === last ? ", not over" : "";
            line.textContent = week ? `${week}: ${values[at].toLocaleString("en-US")}${rest}` : total;
        }

        function move(to) {
            const at = Math.max(0, Math.min(last, to));
            chart.setCursor({ left: chart.valToPos(at, "x"), top: 10 });
        }

        box.addEventListener("keydown", (event) => {
            const at = chart.cursor.idx ?? last + 1;
            const steps = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
            if (event.key === "Escape") chart.setCursor({ left: -10, top: -10 });
            if (!(event.key in steps)) return;
            event.preventDefault();
            move(steps[event.key]);
        });
        box.addEventListener("blur", () => chart.setCursor({ left: -10, top: -10 }));
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.redraw(true, true));
        new ResizeObserver(() => {
            if (width() > 0 && width() !== chart.width) chart.setSize({ width: width(), height: 132 });
        }).observe(figure);
    }
})();
