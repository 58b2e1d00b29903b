/** The child of pipeline.ts: runs one launch description and passes commands in and bus messages out. */
import { createRequire } from 'node:module';
import type Superficial from 'gstreamer-superficial';
import type { BusMessage, Element, Pipeline } from 'gstreamer-superficial';

export type Order =
	| { op: 'start'; launch: string }
	| { op: 'command'; name: string; text: string }
	| { op: 'stop' }
	| { op: 'play' };
export type Answer = { op: 'playing' } | { op: 'stopped' } | { op: 'message'; message: BusMessage };

const gst = createRequire(import.meta.url)('gstreamer-superficial') as typeof Superficial;
const elements = new Map<string, Element>();
let pipeline: Pipeline;
/** pollBus ends after one message when the pipeline cannot even get READY: what it said about that is still on the bus. */
const silenceMs = 50;
let silence: NodeJS.Timeout | undefined;

function answer(message: Answer): void {
	process.send?.(message);
}

function start(launch: string): void {
	pipeline = new gst.Pipeline(launch);
	listen();
	pipeline.play();
	answer({ op: 'playing' });
}

function listen(): void {
	pipeline.pollBus((message) => {
		if (message.type === 'state-changed') clearInterval(silence);
		answer({ op: 'message', message });
	});
	silence ??= setInterval(listen, silenceMs);
}

/** findChild never drops its reference: look each up once. */
function element(name: string): Element {
	const found = elements.get(name) ?? pipeline.findChild(name);
	if (!found) throw new Error(`no element ${name}`);
	elements.set(name, found);
	return found;
}

process.on('message', (order: Order) => {
	if (order.op === 'start') start(order.launch);
	else if (order.op === 'command') element(order.name).command = order.text;
	else if (order.op === 'play') {
		pipeline.play();
		answer({ op: 'playing' });
	} else {
		pipeline.stop();
		answer({ op: 'stopped' });
	}
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
