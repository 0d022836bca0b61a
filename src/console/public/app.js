// Loaded by every page. Without it, every page still shows its data.

// "/" goes to the search.
document.addEventListener("keydown", (event) => {
    const target = event.target;
    const isTyping = target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    document.getElementById("q")?.focus();
});

// Ctrl+Enter or Cmd+Enter in the box for SQL runs it.
document.querySelector("form.sql textarea")?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const form = event.target.form;
    form.requestSubmit(form.querySelector("button.go"));
});

// A command can be copied where the browser allows it.
for (const box of document.querySelectorAll(".cmd")) {
    const code = box.querySelector("code");
    if (!code || !navigator.clipboard) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(code.textContent ?? "");
        button.textContent = "Copied";
        setTimeout(() => {
            button.textContent = "Copy";
        }, 2000);
    });
    box.append(button);
}

// A page that is refreshed by choice: while it is visible, and until the link that stops it is followed.
const refreshing = document.querySelector("[data-refresh]");
if (refreshing instanceof HTMLElement) {
    setInterval(() => {
        if (document.visibilityState === "visible") location.reload();
    }, Number(refreshing.dataset.refresh) * 1000);
}
