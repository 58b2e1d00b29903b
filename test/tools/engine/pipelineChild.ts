/** The child of pipeline.ts: runs one launch description and passes commands in and bus messages out. */
import { createRequire } from 'node:module';

interface GstElement {
	command: string;
}
interface GstPipeline {
	play(): void;
	stop(): void;
	findChild(name: string): GstElement | undefined;
	pollBus(callback: (message: Record<string, unknown>) => void): void;
}
export type Order =
	| { op: 'start'; launch: string }
	| { op: 'command'; name: string; text: string }
	| { op: 'stop' }
	| { op: 'play' };
export type Answer = { op: 'playing' } | { op: 'stopped' } | { op: 'message'; message: Record<string, unknown> };

const { Pipeline } = createRequire(import.meta.url)('gstreamer-superficial') as { Pipeline: new (launch: string) => GstPipeline };
const elements = new Map<string, GstElement>();
let pipeline: GstPipeline;

function answer(message: Answer): void {
	process.send?.(message);
}

function start(launch: string): void {
	pipeline = new Pipeline(launch);
	pipeline.pollBus((message) => answer({ op: 'message', message }));
	pipeline.play();
	answer({ op: 'playing' });
}

/** findChild never drops its reference: look each up once. */
function element(name: string): GstElement {
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
