import { type ChildProcess, spawn } from 'node:child_process';
import { alsaSource } from '../../pipelines/alsaSource.js';
import { SourceStage } from '../tools/engine/stage.js';
import { bandsDb, channelOf } from '../tools/engine/tones.js';
import { step } from '../tools/machine/steps.js';
import { until } from '../tools/wait.js';

const canvas = { width: 160, height: 90, fpsNum: 10, fpsDen: 1 };

/** Plays a tone into the loopback card, whose device 1 then hears it, as a camera's sound would come from its own card. */
export function playTone(hz: number): ChildProcess {
	const launch = `audiotestsrc is-live=true freq=${hz} volume=0.1 ! audioconvert ! audio/x-raw,rate=48000,channels=2 ! alsasink device=hw:CARD=Loopback,DEV=0`;
	return spawn('setpriv', ['--pdeathsig', 'KILL', 'gst-launch-1.0', '-q', ...launch.split(' ')], { stdio: 'ignore' });
}

export async function soundSteps(): Promise<void> {
	await step('sound of a card is heard on the link, silence when none plays', async () => {
		const instance = 'sound';
		const launch = alsaSource({ instance, id: 'hdmi1', device: 'hw:CARD=Loopback,DEV=1' });
		const stage = await SourceStage.start({ instance, id: 'hdmi1', canvas, kind: 'audio', launch });
		const heard = () => {
			const bytes = stage.tail(20);
			return bandsDb(channelOf(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), 2, 0), 48_000, [440, 1000]);
		};
		let player: ChildProcess | undefined;
		try {
			await stage.advance(50);
			const silence = heard();
			player = playTone(440);
			const loud = () => {
				const levels = heard();
				return Math.abs(levels[440]! + 20) < 2 && levels;
			};
			const tone = await until(loud, { what: 'the tone', timeoutMs: 60_000, everyMs: 200 });
			player.kill('SIGKILL');
			await until(() => heard()[440]! < -80, { what: 'silence', timeoutMs: 60_000, everyMs: 200 });
			return { silence, tone, errors: stage.source.errors };
		} finally {
			player?.kill('SIGKILL');
			await stage.stop();
		}
	});
}
