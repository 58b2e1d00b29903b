/** Debian's vivid module inside a virtual machine: an HDMI input whose signal, timings and cable are in our hands. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

function run(program: string, ...args: string[]): string {
	return execFileSync(program, args, { encoding: 'utf8', timeout: 20_000, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Loads a module of the kernel under test. */
export function loadModule(name: string, ...parameters: string[]): void {
	run('modprobe', '-d', process.env.R58_MODULES!, '-S', process.env.R58_KERNEL!, name, ...parameters);
}

export const signalModes = { current: 0, none: 1, noLock: 2, outOfRange: 3, selected: 4 } as const;

export class Vivid {
	#menus: string | undefined;

	constructor(readonly device: string) {}

	/** Sets a control (`v4l2-ctl -L` lists them). */
	set(control: string, value: number): void {
		run('v4l2-ctl', '-d', this.device, '-c', `${control}=${value}`);
	}

	/** Sets a menu control by the text of its entry. */
	choose(control: string, text: string): void {
		this.#menus ??= run('v4l2-ctl', '-d', this.device, '-L');
		const entries = this.#menus
			.slice(this.#menus.search(new RegExp(`^ *${control} 0x`, 'm')))
			.split('\n')
			.slice(1);
		for (const entry of entries) {
			const [, index, label] = /^\s+(\d+): (.*)$/.exec(entry) ?? [];
			if (index === undefined) break;
			if (label!.trim() === text) {
				this.set(control, Number(index));
				return;
			}
		}
		throw new Error(`${control} has no entry ${text}`);
	}

	signal(mode: keyof typeof signalModes): void {
		this.set('dv_timings_signal_mode', signalModes[mode]);
	}

	/** What the camera sends from now on, e.g. `1920x1080p30`. */
	timings(name: string): void {
		this.choose('dv_timings', name);
		this.signal('selected');
	}

	/** One colour all over, without the text that vivid writes into its pictures. */
	paint(pattern: string): void {
		this.set('osd_text_mode', 2);
		this.choose('test_pattern', pattern);
	}
}

/** Pulls out every input: they are of one device. */
export function unplug(): void {
	writeFileSync('/sys/bus/platform/drivers/vivid/unbind', 'vivid.0');
}

/** Plugs them in again, with the settings they come with (1280x720p60, colour bars). */
export function plug(): void {
	writeFileSync('/sys/bus/platform/drivers/vivid/bind', 'vivid.0');
}

/** Pulls out the sound card of snd-aloop. Returns when nobody has it open any more. */
export function unplugCard(): void {
	writeFileSync('/sys/bus/platform/drivers/snd_aloop/unbind', 'snd_aloop.0');
}

export function plugCard(): void {
	writeFileSync('/sys/bus/platform/drivers/snd_aloop/bind', 'snd_aloop.0');
}
