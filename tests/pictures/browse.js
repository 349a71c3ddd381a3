// browse.js PAGE SCRIPT [-shot FILE.png] [-size 1500x900] [-dark] [-print]: opens a page in headless Chromium, runs
// SCRIPT in it as the body of an async function, prints what it returns as JSON. Status 1 and a line on stderr for
// every error that a script of the page throws or logs, and when SCRIPT throws. Speaks the DevTools protocol over a pipe,
// so that nothing but node and chromium is needed.
"use strict";
const {spawn} = require("child_process"), fs = require("fs"), os = require("os"), path = require("path");
const [page, script, ...rest] = process.argv.slice(2);
const option = name => rest.includes(name) ? rest[rest.indexOf(name) + 1] : undefined;
const [width, height] = (option("-size") || "1500x900").split("x").map(Number);
const profile = fs.mkdtempSync(path.join(os.tmpdir(), "browse-"));
const chromium = spawn(process.env.CHROMIUM || "chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
	"--disable-dev-shm-usage", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe", "--user-data-dir=" + profile, "about:blank"],
	{detached: true, stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"]});
const waiting = new Map(), heard = [];
let number = 0, rest_of_pipe = "", failed = false;

function say(error) {
	failed = true;
	console.error(error);
}
function finish(status) {
	chromium.on("exit", () => {
		try { fs.rmSync(profile, {recursive: true, force: true, maxRetries: 20, retryDelay: 50}); }
		catch (e) { /* the temporary folder of the test goes anyway */ }
		process.exit(status);
	});
	process.kill(-chromium.pid, "SIGKILL"); // its children too
}
function send(method, params, session) {
	return new Promise((resolve, reject) => {
		waiting.set(++number, {resolve, reject});
		chromium.stdio[3].write(JSON.stringify({id: number, method, params: params || {}, sessionId: session}) + "\0");
	});
}
const event = name => new Promise(resolve => heard.push({name, resolve}));
chromium.stdio[4].on("data", block => {
	const parts = (rest_of_pipe + block).split("\0");
	rest_of_pipe = parts.pop();
	for (const part of parts) {
		const m = JSON.parse(part);
		if (m.id) {
			const w = waiting.get(m.id);
			waiting.delete(m.id);
			if (m.error) w.reject(new Error(m.error.message)); else w.resolve(m.result);
		} else if (m.method == "Runtime.exceptionThrown") {
			const d = m.params.exceptionDetails;
			say("thrown: " + (d.exception && d.exception.description || d.text));
		} else if (m.method == "Log.entryAdded" && m.params.entry.level == "error") {
			say("log: " + m.params.entry.text + " " + (m.params.entry.url || ""));
		} else if (m.method == "Network.requestWillBeSent" && !/^(file|data|about|blob):/.test(m.params.request.url)) {
			say("asks the network for " + m.params.request.url);
		}
		heard.filter(h => h.name == m.method).forEach(h => h.resolve(m.params));
	}
});
chromium.on("error", e => { console.error(e.message); process.exit(1); });
setTimeout(() => { console.error("no answer in 50 s"); finish(1); }, 50000).unref();

async function main() {
	const {targetId} = await send("Target.createTarget", {url: "about:blank"});
	const {sessionId} = await send("Target.attachToTarget", {targetId, flatten: true});
	const s = (method, params) => send(method, params, sessionId);
	await Promise.all(["Page.enable", "Runtime.enable", "Log.enable", "Network.enable"].map(m => s(m)));
	await s("Emulation.setDeviceMetricsOverride", {width, height, deviceScaleFactor: 1, mobile: false});
	await s("Emulation.setEmulatedMedia", {media: rest.includes("-print") ? "print" : "screen",
		features: [{name: "prefers-color-scheme", value: rest.includes("-dark") ? "dark" : "light"}]});
	const loaded = event("Page.loadEventFired");
	await s("Page.navigate", {url: "file://" + path.resolve(page)});
	await loaded;
	await s("Runtime.evaluate", {expression: "new Promise(r => requestAnimationFrame(() => setTimeout(r, 60)))", awaitPromise: true});
	const answer = await s("Runtime.evaluate", {expression: `(async () => {${fs.readFileSync(script, "utf8")}\n})()`, awaitPromise: true, returnByValue: true});
	if (answer.exceptionDetails) say("script: " + (answer.exceptionDetails.exception.description || answer.exceptionDetails.text));
	else console.log(JSON.stringify(answer.result.value, null, 1));
	if (option("-shot")) {
		const {data} = await s("Page.captureScreenshot", {format: "png"});
		fs.writeFileSync(option("-shot"), Buffer.from(data, "base64"));
	}
	finish(failed ? 1 : 0);
}
main().catch(e => { console.error(e.stack); finish(1); });
