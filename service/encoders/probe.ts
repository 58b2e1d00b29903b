import type { Canvas } from '../../pipelines/canvas.js';
import { encoderProbe, type VideoEncoder } from '../../pipelines/videoEncoder.js';
import { remedyText } from '../contract/remedies.js';
import type { HostProcess } from '../hosts/hostProcess.js';
import { remedyFor } from '../hosts/remedies.js';

/** Drivers open slowly the first time. An encoder without a frame by then is not used. */
const PATIENCE_MS = 5_000;

export interface ProbeOptions {
	canvas: Canvas;
	kbps: number;
	/** A process for one try. */
	process: () => HostProcess;
}

/** Tries in a process of its own whether an encoder makes frames: null, or what is missing. Bounded; never throws. */
export async function probe(encoder: VideoEncoder, { canvas, kbps, process }: ProbeOptions): Promise<string | null> {
	const host = process();
	const missing = await new Promise<string | null>((resolve) => {
		const timer = setTimeout(() => resolve(`it produced no frame within ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
		const done = (reason: string | null) => {
			clearTimeout(timer);
			resolve(reason);
		};
		host.on('event', ({ factory, data }) => {
			if (factory === 'r58meter' && data.buffers > 0) done(null);
		});
		host.on('end', (reason) => done(reason ?? 'its process ended'));
		host.start('encoder', `probe ${encoder.element}`, encoderProbe(encoder, canvas, kbps));
	});
	await host.stop();
	if (missing === null) return null;
	const remedy = remedyText(remedyFor(missing));
	return remedy === null ? missing : `${missing}. ${remedy}`;
}
