/**
 * The mixer element against a bare `compositor` that shows the same picture of the same four live sources, by processor time.
 * The mixer's readers and its output link are part of it; the compositor's readers are measured alone and taken off, and it
 * ends in nothing.
 */
import { type Canvas, videoCaps } from '../../pipelines/canvas.js';
import { chain, element, pad, pipeline } from '../../pipelines/launch.js';
import { linkAddress } from '../../pipelines/links.js';
import { testSource } from '../../pipelines/testSource.js';
import { full, quarters } from '../tools/engine/mixerStage.js';
import { Pipeline } from '../tools/engine/pipeline.js';
import { pause, until } from '../tools/wait.js';
import { cpuPercent, median, progress, report } from './measure.js';

const settleMs = 500;
const windowMs = 3000;

interface Measured {
	/** % of a core. */
	cpu: number;
	/** Frames a second. */
	fps: number;
}
interface Layer {
	slot: number;
	x: number;
	y: number;
	w: number;
	h: number;
}
const quad: Layer[] = quarters.map((box, slot) => ({ slot, ...box }));
const otherQuad: Layer[] = quarters.map((box, i) => ({ slot: (i + 1) % 4, ...box }));
const inset = { x: 0.7, y: 0.7, w: 0.25, h: 0.25 };
const pictures: Record<string, Layer[]> = {
	quad,
	full: [{ slot: 0, ...full }],
	// Neither half nor a quarter of the source's size.
	'odd quad': quad.map((layer) => ({ ...layer, w: 0.46, h: 0.46 })),
	PiP: [
		{ slot: 0, ...full },
		{ slot: 1, ...inset },
	],
};

/** One size of picture: its sources, and what is made of them. */
class Stage {
	readonly #instance = `bench-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
	#sources: Pipeline[] = [];

	constructor(readonly canvas: Canvas) {}

	async start(): Promise<void> {
		for (const [i, colour] of ['#c83232', '#32b432', '#3250c8', '#c8b432'].entries()) {
			const options = { instance: this.#instance, id: String(i), canvas: this.canvas, colour, toneHz: 440, label: String(i) };
			this.#sources.push(await new Pipeline().start(testSource(options)));
		}
	}

	stop(): void {
		for (const source of this.#sources) source.kill();
	}

	/** The readers of these layers, each into `to(index)`. */
	#readers(layers: Layer[], to: (index: number) => string): string {
		return pipeline(
			...layers.map(({ slot }, i) =>
				chain(element('r58linksrc', { address: this.#source(slot), caps: videoCaps(this.canvas) }), to(i)),
			),
		);
	}

	readersAlone(layers: Layer[]): Promise<Measured> {
		return this.#measure(this.#readers(layers, () => element('fakesink', { sync: false })));
	}

	compositor(layers: Layer[]): Promise<Measured> {
		const { width, height } = this.canvas;
		const pads = layers.flatMap(({ x, y, w, h }, i) =>
			Object.entries({ xpos: x * width, ypos: y * height, width: w * width, height: h * height }).map(
				([name, value]) => `sink_${i}::${name}=${Math.round(value)}`,
			),
		);
		const caps = element('capsfilter', { caps: videoCaps(this.canvas) });
		const mix = chain(`compositor name=c ${pads.join(' ')}`, caps, element('fakesink', { sync: false }));
		return this.#measure(
			pipeline(
				mix,
				this.#readers(layers, (i) => pad('c', `sink_${i}`)),
			),
		);
	}

	/** `to` begins a mix that is still going on when the measurement ends. */
	mixer(layers: Layer[], to?: Layer[]): Promise<Measured> {
		const launch = pipeline(
			element('r58mixer', { name: 'm', caps: videoCaps(this.canvas), slots: 4, audio: false }),
			chain(pad('m', 'video'), this.#output()),
		);
		return this.#measure(launch, async (mixer) => {
			for (let slot = 0; slot < 4; slot++) {
				const live = mixer.waitEvent('slot', (event) => event.slot === slot && event.video === 'live');
				mixer.command('m', { op: 'slot', slot, video: this.#source(slot), audio: null, delayMs: 40 });
				await live;
			}
			mixer.command('m', { op: 'program', id: 'from', layers });
			if (!to) return;
			await mixer.waitEvent('applied', ({ id }) => id === 'from');
			mixer.command('m', { op: 'program', id: 'to', layers: to, transition: { kind: 'mix', frames: 600 } });
		});
	}

	async #measure(launch: string, prepare?: (pipeline: Pipeline) => Promise<void>): Promise<Measured> {
		const measured = await new Pipeline().start(launch);
		try {
			await prepare?.(measured);
			await until(() => measured.events.some(({ name }) => name === 'stats'), { what: 'the first counters' });
			await pause(settleMs);
			const [cpu, fps] = await Promise.all([cpuPercent(measured.pid, windowMs), rate(measured)]);
			if (measured.errors.length > 0) throw new Error(measured.errors.join('\n'));
			return { cpu, fps };
		} finally {
			measured.kill();
		}
	}

	#source(slot: number): string {
		return linkAddress(this.#instance, `${slot}.video`);
	}

	#output(): string {
		return element('r58linksink', { address: linkAddress(this.#instance, 'program.video') });
	}
}

/** Frames a second over a window that the output link counts, or a reader, which stands still when its output does. */
async function rate(pipeline: Pipeline): Promise<number> {
	const counted = () => {
		const stats = (member: string) => pipeline.events.findLast(({ name, body }) => name === 'stats' && member in body);
		return Number((stats('copied') ?? stats('synthesised'))?.body.buffers);
	};
	const before = counted();
	await pause(windowMs);
	return (counted() - before) / (windowMs / 1000);
}

function middle(all: Measured[]): Measured {
	return { cpu: median(all.map(({ cpu }) => cpu)), fps: median(all.map(({ fps }) => fps)) };
}

async function compare(stage: Stage, size: string, name: string, layers: Layer[], mid?: Layer[]): Promise<void> {
	const rounds = mid ? 2 : 1;
	const [alone, peer, ours, mixing]: Measured[][] = [[], [], [], []];
	// In turns, so that what else the machine does falls on all of them.
	for (let round = 0; round < rounds; round++) {
		progress(`${size} ${name}, round ${round + 1} of ${rounds}`);
		alone!.push(await stage.readersAlone(layers));
		peer!.push(await stage.compositor(layers));
		ours!.push(await stage.mixer(layers));
		if (mid) mixing!.push(await stage.mixer(layers, mid));
	}
	const readers = middle(alone!).cpu;
	const compositor = middle(peer!);
	const bare = compositor.cpu - readers;
	const unit = '% of a core';
	const note = `${compositor.fps.toFixed(1)} fps; with its readers ${compositor.cpu.toFixed(1)}`;
	report({ what: `${size} ${name}: compositor`, value: bare, unit, n: rounds, note });
	const reportOurs = (what: string, measured: Measured, goal: number | undefined) => {
		report({ what: `${size} ${what}: mixer`, value: measured.cpu, unit, n: rounds, note: `${measured.fps.toFixed(1)} fps` });
		report({
			what: `${size} ${what}: mixer / compositor`,
			value: measured.cpu / bare,
			unit: '×',
			n: rounds,
			...(goal && { goal }),
		});
	};
	reportOurs(name, middle(ours!), name.endsWith('quad') ? 1.2 : undefined);
	if (mid) reportOurs(`${name}, mid-mix of two`, middle(mixing!), 2);
}

async function bench(canvas: Canvas, names: string[]): Promise<void> {
	const stage = new Stage(canvas);
	try {
		await stage.start();
		for (const name of names)
			await compare(stage, `${canvas.height}p30`, name, pictures[name]!, name === 'quad' ? otherQuad : undefined);
	} finally {
		stage.stop();
	}
}

await bench({ width: 1280, height: 720, fpsNum: 30, fpsDen: 1 }, Object.keys(pictures));
await bench({ width: 1920, height: 1080, fpsNum: 30, fpsDen: 1 }, ['quad']);
process.exit();
