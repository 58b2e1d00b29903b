/** Real Firefox with a fake camera and microphone, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';
import { needed } from '../packages.js';
import { patienceMs, until, within } from '../wait.js';

const preferences = {
	'media.navigator.streams.fake': true,
	'media.navigator.permission.disabled': true,
	'media.autoplay.default': 0,
	// Nothing may be fetched from outside.
	'app.update.enabled': false,
	'browser.shell.checkDefaultBrowser': false,
	'browser.startup.page': 0,
	'datareporting.policy.dataSubmissionEnabled': false,
	'media.gmp-manager.updateEnabled': false,
	'network.captive-portal-service.enabled': false,
	'network.connectivity-service.enabled': false,
	'services.settings.server': 'data:,#remote-settings-dummy/v1',
	'toolkit.telemetry.enabled': false,
};

type Reply = { id?: number; type: string; result?: unknown; error?: string; message?: string };

const open = new Set<Firefox>();
process.on('exit', () => {
	for (const firefox of open) firefox.kill();
});

export class Firefox {
	readonly #waiting = new Map<number, (reply: Reply) => void>();
	#last = 0;

	private constructor(
		private readonly child: ChildProcess,
		private readonly folder: string,
		private readonly socket: WebSocket,
	) {
		socket.on('message', (text) => {
			const reply = JSON.parse(String(text)) as Reply;
			if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
		});
	}

	static async start(): Promise<Firefox> {
		const folder = mkdtempSync(join(tmpdir(), 'r58-firefox-'));
		const line = ([name, value]: [string, unknown]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`;
		writeFileSync(join(folder, 'user.js'), Object.entries(preferences).map(line).join(''));
		const words = ['--pdeathsig', 'KILL', needed('firefox-esr'), '--headless', '--no-remote', '--profile', folder];
		const child = spawn('setpriv', [...words, '--remote-debugging-port', '0', 'about:blank'], {
			detached: true,
			stdio: ['ignore', 'ignore', 'pipe'],
			env: { ...process.env, HOME: folder },
		});
		let endpoint = '';
		createInterface({ input: child.stderr! }).on('line', (text) => {
			endpoint ||= /WebDriver BiDi listening on (ws:\S+)/.exec(text)?.[1] ?? '';
		});
		await until(() => endpoint, { what: 'Firefox to listen' });
		const socket = new WebSocket(`${endpoint}/session`);
		await within(once(socket, 'open'), patienceMs, 'the session with Firefox');
		const firefox = new Firefox(child, folder, socket);
		open.add(firefox);
		await firefox.#send('session.new', { capabilities: {} });
		return firefox;
	}

	/** A new tab at `url`. */
	async page(url: string): Promise<FirefoxPage> {
		const { context } = (await this.#send('browsingContext.create', { type: 'tab' })) as { context: string };
		await this.#send('browsingContext.navigate', { context, url, wait: 'complete' });
		return {
			evaluate: async <T>(expression: string) => {
				const call = {
					target: { context },
					awaitPromise: true,
					arguments: [],
					functionDeclaration: `async () => JSON.stringify(await (${expression}))`,
				};
				const { result, exceptionDetails } = (await this.#send('script.callFunction', call)) as {
					result?: { value?: string };
					exceptionDetails?: { text: string };
				};
				if (exceptionDetails) throw new Error(exceptionDetails.text);
				return (result?.value === undefined ? undefined : JSON.parse(result.value)) as T;
			},
			close: async () => void (await this.#send('browsingContext.close', { context })),
		};
	}

	close(): void {
		this.socket.terminate();
		this.kill();
	}

	/** With the processes of its pages. */
	kill(): void {
		open.delete(this);
		try {
			process.kill(-this.child.pid!, 'SIGKILL');
		} catch {
			// It has ended.
		}
		rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
	}

	#send(method: string, params: object): Promise<unknown> {
		this.#last += 1;
		const id = this.#last;
		const answered = new Promise<unknown>((resolve, reject) => {
			this.#waiting.set(id, ({ type, result, error, message }) => {
				this.#waiting.delete(id);
				if (type === 'success') resolve(result);
				else reject(new Error(`${method}: ${error}: ${message}`));
			});
		});
		this.socket.send(JSON.stringify({ id, method, params }));
		return within(answered, patienceMs, method);
	}
}

export interface FirefoxPage {
	/** The value of an expression, by way of JSON. */
	evaluate<T>(expression: string): Promise<T>;
	close(): Promise<void>;
}
