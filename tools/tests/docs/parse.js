// SPDX-License-Identifier: GPL-2.0-only
// node parse.js MERMAID <<< '{"name": "diagram", ...}': prints {"name": "what is wrong, or nothing", ...}.
// Mermaid is made for browsers; jsdom is one without a window.
"use strict";
const fs = require("fs");
const { JSDOM } = require("jsdom");

const { window } = new JSDOM("<!DOCTYPE html><body></body>", { runScripts: "dangerously" });
const script = window.document.createElement("script");
script.textContent = fs.readFileSync(process.argv[2], "utf8");
window.document.body.appendChild(script);

async function main() {
    const problems = {};
    for (const [name, text] of Object.entries(JSON.parse(fs.readFileSync(0, "utf8")))) {
        try {
            await window.mermaid.parse(text);
            problems[name] = "";
        } catch (error) {
            problems[name] = error.message || String(error);
        }
    }
    process.stdout.write(JSON.stringify(problems));
}
main();
