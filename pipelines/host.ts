/**
 * The child program: one process, one pipeline. It waits for a description, runs it, passes commands in and events out,
 * and ends with it. It decides nothing; the supervisor restarts it.
 */
import { createRequire } from 'node:module';
import type Superficial from 'gstreamer-superficial';
import type { BusMessage, Element, Pipeline } from 'gstreamer-superficial';
import { exitCodes, type HostEvent, type HostRequest, hostTitle } from './protocol.js';

// The package's entry is a native addon, which only require() loads.
const gst = createRequire(import.meta.url)('gstreamer-superficial') as typeof Superficial;

/** A pipeline that has not reached PLAYING by then never will. */
const START_TIMEOUT_MS = 10_000;
/** A pipeline reports READY while play() runs; this much silence before that means it failed. */
const SILENCE_MS = 50;

class Host {
	#pipeline: Pipeline | undefined;
	#elements = new Map<string, Element>();
	/** Until the pipeline as a whole is READY: when to look again, see #lookAgain. */
	#silence: NodeJS.Timeout | undefined;
	#ready = false;
	#ending = false;

	handle(request: HostRequest): void {
		switch (request.type) {
			case 'start':
				this.#start(request);
				break;
			case 'warm':
				if (!this.#pipeline) warm(request.launch);
				send({ type: 'idle' });
				break;
			case 'command':
				this.#command(request.element, request.command);
				break;
			case 'drain':
				this.#pipeline?.sendEOS();
				break;
			case 'stop':
				this.#end(0);
				break;
		}
	}

	#start({ role, name, launch }: Extract<HostRequest, { type: 'start' }>): void {
		if (this.#pipeline) return;
		process.title = hostTitle(role, name);
		try {
			this.#pipeline = new gst.Pipeline(launch);
		} catch (error) {
			this.#refuse(error instanceof Error ? error.message : String(error));
			return;
		}
		this.#pipeline.play();
		this.#pipeline.pollBus((message) => this.#onMessage(message));
		this.#lookAgain();
		setTimeout(() => {
			if (!this.#ready) this.#refuse(`the pipeline did not start within ${START_TIMEOUT_MS / 1000} s`);
		}, START_TIMEOUT_MS).unref();
	}

	/**
	 * pollBus ends after one message when the pipeline could not even get READY (a busy device, a taken address); the reason is
	 * still on the bus.
	 */
	#lookAgain(): void {
		this.#silence = setTimeout(() => {
			this.#pipeline?.pollBus((message) => this.#onMessage(message));
			this.#lookAgain();
		}, SILENCE_MS);
	}

	#command(elementName: string, command: object): void {
		// findChild never drops its reference: look an element up once.
		let target = this.#elements.get(elementName);
		if (!target) {
			target = this.#pipeline?.findChild(elementName);
			if (!target) {
				send({ type: 'warning', element: elementName, message: 'no such element for a command' });
				return;
			}
			this.#elements.set(elementName, target);
		}
		target.command = JSON.stringify(command);
	}

	/** An unreadable event is dropped; the pipeline goes on. */
	#pass(element: string, event: string, json: string): void {
		let data: unknown;
		try {
			data = JSON.parse(json);
		} catch (error) {
			send({ type: 'warning', element, message: `the event ${event} cannot be read: ${String(error)}` });
			return;
		}
		send({ type: 'event', element, event, data });
	}

	#onMessage(message: BusMessage): void {
		if (this.#ending) return;
		const element = message._src_element_name;
		switch (message.type) {
			case 'element':
				if (message.name === 'r58' && typeof message.event === 'string' && typeof message.json === 'string')
					this.#pass(element, message.event, message.json);
				break;
			case 'state-changed':
				// A launch description is always the bin pipeline0 of its process.
				if (!element.startsWith('pipeline')) break;
				clearTimeout(this.#silence);
				if (!this.#ready && /playing/i.test(String(message['new-state']))) {
					this.#ready = true;
					send({ type: 'ready' });
				}
				break;
			case 'error': {
				const text = String(message.message ?? 'unknown error');
				if (this.#ready) {
					send({ type: 'error', element, message: text });
					this.#end(exitCodes.failed);
				} else this.#refuse(`${element}: ${text}`);
				break;
			}
			case 'warning':
				send({ type: 'warning', element, message: String(message.message ?? message.debug ?? 'warning') });
				break;
			case 'eos':
				send({ type: 'eos' });
				break;
		}
	}

	#refuse(reason: string): void {
		send({ type: 'refused', reason });
		this.#end(exitCodes.refused);
	}

	/**
	 * Stops the pipeline, then the process. exit() hangs while a quiet bus is polled, so a plain stop ends by signal; a
	 * failure lets the poll return first because its exit code tells the service what happened. Whatever hangs here is
	 * killed by the service after 2 s.
	 */
	#end(code: number): void {
		if (this.#ending) return;
		this.#ending = true;
		clearTimeout(this.#silence);
		// Let the last message leave before the process goes.
		setImmediate(() => {
			this.#pipeline?.stop();
			if (code === 0) process.kill(process.pid, 'SIGKILL');
			else setTimeout(() => process.exit(code), 20);
		});
	}
}

function send(event: HostEvent): void {
	if (process.connected) process.send!(event);
}

function warm(launch: string): void {
	try {
		const pipeline = new gst.Pipeline(launch);
		pipeline.play();
		pipeline.stop();
	} catch (error) {
		// It fails again, and then counts, when it really runs.
		process.stderr.write(`${error}\n`);
	}
}

const host = new Host();
process.on('message', (request: HostRequest) => host.handle(request));
// The service is gone: end with it, also when the pipeline is stuck.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('SIGTERM', () => host.handle({ type: 'stop' }));
// Ctrl-C in a terminal reaches the whole group; the service decides about its hosts.
process.on('SIGINT', () => {});
if (!process.connected) {
	process.stderr.write('this program is started by the service\n');
	process.exit(exitCodes.orphaned);
}
send({ type: 'idle' });
