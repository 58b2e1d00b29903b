import { z } from 'zod';
import { type Canvas, frameMs } from '../../../pipelines/canvas.js';
import type { ElementEvent, EventData } from '../../../pipelines/events.js';
import { hdmiSource } from '../../../pipelines/hdmiSource.js';
import type { FaultParams } from '../../contract/faultKinds.js';
import type { System } from '../../contract/system.js';
import type { Faults } from '../../faults/faults.js';
import type { SupervisedHost } from '../../hosts/supervisedHost.js';
import type { Supervisor } from '../../hosts/supervisor.js';
import type { LiveState } from '../../state/state.js';
import type { Settings } from '../../store/settings.js';
import type { Log } from '../../util/log.js';
import { assignInputs, type CaptureDevice, captureDevices, type Roots, roots, soundCards } from '../captureDevices.js';
import { DeviceWatch } from '../deviceWatch.js';
import type { KindFacts, SourceKind } from '../kinds.js';
import type { Sources } from '../sources.js';
import type { WaitingInputs } from '../waiting.js';

export interface HdmiInputsOptions {
	instance: string;
	canvas: Canvas;
	state: LiveState;
	settings: Settings;
	supervisor: Supervisor;
	sources: Sources;
	faults: Faults;
	waiting: WaitingInputs;
	log: Log;
	/** A source that was not there when the show was restored. */
	onAdded: (id: string) => void;
	where?: Roots;
}

const MAX_INPUTS = 4;
const colours = ['#c83232', '#32b432', '#3250c8', '#c8b432'];

/** The element's messages, for people. */
const absences: Record<Extract<EventData<'r58v4l2src', 'signal'>, { present: false }>['reason'], string> = {
	'no-link': 'no signal: the cable is unplugged or the camera is off',
	'no-lock': 'the signal is unstable: try another cable',
	'out-of-range': 'the signal has a size or rate that this input does not support',
	'no-size': 'no signal',
	'no-device': 'the capture device is unplugged',
	busy: 'another process is using the capture device',
};

export const hdmiFacts: KindFacts = { advice: 'Check the cable, and that the camera is on and sending' };

interface Input {
	device: CaptureDevice;
	host: SupervisedHost;
	frames: number;
}

/** The capture devices of the machine as sources, found again wherever they are plugged in. */
export class HdmiInputs implements SourceKind {
	readonly kind = 'hdmi';
	#inputs = new Map<string, Input>();
	#assigned: Record<string, string>;
	#restored = false;
	readonly #watch = new DeviceWatch(() => this.scan());

	readonly #publishCards: (cards: System['soundCards']) => void;

	constructor(private readonly o: HdmiInputsOptions) {
		this.#publishCards = o.state.own('soundCards');
		this.#assigned = o.settings.record('inputs', z.string().regex(/^hdmi\d{1,2}$/));
	}

	/** Looks for devices now and whenever something is plugged in. The watch starts first, so that nothing is missed in between. */
	restore(): void {
		this.#watch.start();
		this.scan();
		this.#restored = true;
	}

	stop(): void {
		this.#watch.stop();
	}

	scan(): void {
		const { settings, sources, faults, waiting, where = roots } = this.o;
		const devices = captureDevices(where);
		const cards = soundCards(where).map(({ device, label }) => ({ device, label }));
		this.#publishCards(cards);
		sources.setSoundCards(cards.map(({ device }) => device));
		this.#assigned = assignInputs(devices, this.#assigned, MAX_INPUTS);
		settings.set('inputs', this.#assigned);
		for (const device of devices) {
			const id = this.#assigned[device.key];
			if (!id) this.o.log.onceASecond(device.key).warn({ device: device.device }, 'more capture devices than inputs');
			else if (!this.#inputs.has(id)) waiting.admit(id, `HDMI ${id.slice('hdmi'.length)}`, () => this.#add(id, device));
			else this.#moved(id, device);
		}
		const present = new Set(devices.map(({ key }) => this.#assigned[key]));
		for (const id of waiting.ids) if (id.startsWith('hdmi') && !present.has(id)) waiting.forget(id);
		if (this.#inputs.size > 0) faults.clear('no-inputs', 'inputs');
		else faults.raise({ code: 'no-inputs', subject: 'inputs' });
	}

	#add(id: string, device: CaptureDevice): void {
		const { instance, canvas, sources, supervisor, state } = this.o;
		const number = Number(id.slice('hdmi'.length));
		sources.add({
			id,
			kind: this.kind,
			label: `HDMI ${number}`,
			colour: colours[(number - 1) % colours.length]!,
			delayMs: Math.ceil(frameMs(canvas)),
			alsaDevice: device.alsaDevice,
		});
		state.sources.patch(id, { video: null });
		const host = supervisor.add({
			role: 'source',
			name: id,
			launch: () => {
				const { device: node, subdev } = this.#inputs.get(id)!.device;
				return hdmiSource({ instance, id, canvas, device: node, ...(subdev ? { subdev } : {}) });
			},
			// Without a signal no frames come, but the element goes on counting half seconds.
			progress: ({ factory, event, data }) => (factory === 'r58v4l2src' && event === 'stats' ? data.ticks : undefined),
		});
		this.#inputs.set(id, { device, host, frames: 0 });
		host.on('down', (reason) => sources.setState(id, 'fault', reason));
		host.on('event', (event) => {
			if (event.factory === 'r58v4l2src') this.#onCapture(id, event);
		});
		sources.adopt(id, host);
		sources.connect(id);
		if (this.#restored) this.o.onAdded(id);
	}

	/** The same device, perhaps at another node, or another that took its place. */
	#moved(id: string, device: CaptureDevice): void {
		const input = this.#inputs.get(id)!;
		const { device: node, subdev, key } = input.device;
		input.device = device;
		// The card of a USB device is found a moment after its camera; while it is unplugged it still belongs to the source.
		if (device.alsaDevice !== null || device.key !== key) this.o.sources.offerSound(id, device.alsaDevice);
		if (node !== device.device || subdev !== device.subdev)
			input.host.command('capture', { op: 'open', device: device.device, ...(device.subdev ? { subdev: device.subdev } : {}) });
	}

	#onCapture(id: string, { event, data }: Extract<ElementEvent, { factory: 'r58v4l2src' }>): void {
		const { sources } = this.o;
		if (event === 'signal') {
			this.#onSignal(id, data);
		} else if (event === 'fault') {
			sources.setState(id, 'fault', data.reason);
			this.#fault(id, data.code, data.reason);
		} else if (event === 'stats') {
			this.#advance(id, data.frames);
		}
	}

	#onSignal(id: string, signal: EventData<'r58v4l2src', 'signal'>): void {
		const { state, sources } = this.o;
		if (signal.present) {
			const { width, height, fps } = signal;
			state.sources.patch(id, { video: { width, height, fps: Math.round(fps * 100) / 100 } });
			return;
		}
		const { reason } = signal;
		state.sources.patch(id, { video: null });
		sources.setState(id, reason === 'no-device' || reason === 'busy' ? 'fault' : 'no-signal', absences[reason]);
		if (reason === 'no-device') this.#fault(id, 'device', absences[reason]);
		// `busy` was raised as a fault just before.
		else if (reason !== 'busy') this.#clear(id);
	}

	/** Alive means that frames arrive, whatever was reported before. */
	#advance(id: string, frames: number): void {
		const input = this.#inputs.get(id)!;
		const advanced = frames > input.frames;
		input.frames = frames;
		if (!advanced || this.o.state.current.sources[id]?.video == null) return;
		this.#clear(id);
		if (this.o.state.current.sources[id].state !== 'live') this.o.sources.setState(id, 'live');
	}

	#fault(id: string, code: FaultParams<'input'>['code'], reason: string): void {
		this.o.faults.raise({ code: 'input', subject: id, params: { code, reason } });
	}

	#clear(id: string): void {
		this.o.faults.clear('input', id);
	}
}
