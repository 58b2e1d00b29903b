import { type Canvas, frameMs } from '../../../pipelines/canvas.js';
import { testSource } from '../../../pipelines/testSource.js';
import { linkProgress } from '../../hosts/linkProgress.js';
import type { Supervisor } from '../../hosts/supervisor.js';
import type { SourceKind } from '../kinds.js';
import type { Sources } from '../sources.js';

/** One frame for the source's process to draw, one for a busy machine. */
const DELAY_FRAMES = 2;

const inputs = [
	{ id: 'hdmi1', label: 'HDMI 1', colour: '#c83232', toneHz: 440 },
	{ id: 'hdmi2', label: 'HDMI 2', colour: '#32b432', toneHz: 550 },
	{ id: 'hdmi3', label: 'HDMI 3', colour: '#3250c8', toneHz: 660 },
	{ id: 'hdmi4', label: 'HDMI 4', colour: '#c8b432', toneHz: 880 },
];

export interface TestSourcesOptions {
	instance: string;
	canvas: Canvas;
	supervisor: Supervisor;
	sources: Sources;
	/** They flash and beep once a second, to measure picture against sound. */
	flash: boolean;
}

/** Four moving test pictures in place of the HDMI inputs. */
export class TestSources implements SourceKind {
	readonly kind = 'test';

	constructor(private readonly o: TestSourcesOptions) {}

	restore(): void {
		const { instance, canvas, supervisor, sources, flash } = this.o;
		for (const { id, label, colour, toneHz } of inputs) {
			sources.add({ id, kind: this.kind, label, colour, delayMs: DELAY_FRAMES * frameMs(canvas) });
			const host = supervisor.add({
				role: 'source',
				name: id,
				launch: () => testSource({ instance, id, canvas, colour, toneHz, label, flash }),
				progress: linkProgress('video'),
			});
			host.on('down', (reason) => sources.setState(id, 'fault', reason));
			// It was back before the mixer missed a frame, so the mixer reports nothing.
			host.on('ready', () => sources.recover(id));
			sources.adopt(id, host);
			sources.connect(id);
		}
	}
}
