/** Mistakes of a tired developer, one line each, and the test files that must notice them (`npm run mutate -- hand`). */
export interface HandMadeMutant {
	name: string;
	file: string;
	/** Found once in the file. */
	find: string;
	replace: string;
	/** Under dist/test, without ending. One of them has to fail. */
	tests: string[];
}

const plugin = (name: string, unit: string, find: string, replace: string, ...tests: string[]): HandMadeMutant => ({
	name,
	file: `pipelines/plugin/${unit}.c`,
	find,
	replace,
	tests,
});
const launch = (name: string, unit: string, find: string, replace: string): HandMadeMutant => ({
	name,
	file: `pipelines/${unit}.ts`,
	find,
	replace,
	tests: ['unit/pipelines/pipelines'],
});
const other = (file: string, name: string, find: string, replace: string, ...tests: string[]): HandMadeMutant => ({
	name,
	file,
	find,
	replace,
	tests,
});

const desk = 'engine/mixerDesk';
const sounds: HandMadeMutant[] = [
	plugin(
		'pan left and right swapped',
		'mixer/audio',
		'channel == 0 ? 1.0f - pan : 1.0f + pan',
		'channel == 1 ? 1.0f - pan : 1.0f + pan',
		desk,
	),
	plugin('right is left', 'mixer/ring', '? 0 : in[c];', '? 0 : in[0];', desk),
	plugin('no limiter', 'mixer/audio', '  limit (limiter, out);', '  (void) limit;', desk),
	plugin(
		'master fader without effect',
		'mixer/audio',
		'  r58_kernels.gain (out[0], self->audio.work->master, self->audio.work->master, R58_BLOCK);',
		'',
		desk,
	),
	plugin('ceiling of the limiter at full scale', 'mixer/audio', 'LIMIT_CEILING 0.891251f', 'LIMIT_CEILING 1.0f', desk),
	plugin('limiter never lets go', 'mixer/audio', 'LIMIT_RELEASE 0.99974f', 'LIMIT_RELEASE 1.0f', desk),
	plugin(
		'limiter of each side alone',
		'mixer/audio',
		'block[i][c] *= gain;',
		'if (fabsf (block[i][c]) > 0.3f) block[i][c] *= gain;',
		desk,
	),
	plugin(
		'meter of a slot behind its fader',
		'mixer/audio',
		'r58_kernels.peak (self->audio.peak[index], out[0], R58_BLOCK);',
		'r58_kernels.peak (self->audio.peak[index], out[0], R58_BLOCK), self->audio.peak[index][0] *= 0.5f;',
		desk,
	),
	plugin('a fader cannot go above 0 dB', 'mixer/audio', 'return gain * MIN (1.0f', 'return MIN (gain, 1.0f) * MIN (1.0f', desk),
];

const pictures: HandMadeMutant[] = [
	plugin('right of a crop is its left', 'mixer/command', 'layer->crop_r = side[2];', 'layer->crop_r = side[0];', 'engine/mixer'),
	plugin(
		'top and bottom of a crop swapped',
		'mixer/command',
		'layer->crop_t = side[1];',
		'layer->crop_t = side[3];',
		'engine/mixer',
	),
	plugin(
		'a deferred key-frame request to a guest is dropped',
		'webrtc/keys',
		'if (self->mode == MODE_SEND || g_atomic_int_get (&self->awaits_key))',
		'if (self->mode == MODE_SEND)',
		'engine/webrtc/keyFrames',
	),
];

const timing = 'unit/hosts/supervisionTiming';
const supervision = 'service/hosts/supervisedHost.ts';
const service: HandMadeMutant[] = [
	other(
		'service/rtc/peerSessions.ts',
		'the same rank counts as higher',
		'roles.indexOf(caller.role) > roles.indexOf(owner.role)',
		'roles.indexOf(caller.role) >= roles.indexOf(owner.role)',
		'api/peers',
	),
	other(
		'service/rtc/peerSessions.ts',
		'dead owners of sessions are never removed',
		'if (!this.#lives(session)) this.#owners.delete(session);',
		'void session;',
		'api/peers',
	),
	other(
		'service/show/mix.ts',
		'gain above 0 dB is clipped',
		'return gainDb <= -60 ? 0 : round(10 ** (gainDb / 20));',
		'return gainDb <= -60 ? 0 : round(10 ** (Math.min(0, gainDb) / 20));',
		'unit/show/mix',
	),
	other(
		'service/scenes/switcher.ts',
		'strips are not saved',
		"this.o.store.settings.set('strips', this.o.state.current.audio);",
		'',
		'engine/soundDesk',
	),
	other(
		'service/scenes/switcher.ts',
		'mute of the master is ignored',
		'master: master && !master.mute ? linear',
		'master: master ? linear',
		'engine/soundDesk',
	),
	other(
		'service/scenes/switcher.ts',
		'balance is not sent',
		'pans: perSlot((strip) => strip.pan)',
		'pans: perSlot(() => 0)',
		'engine/soundDesk',
	),
	other(
		'service/mixer/mixerControl.ts',
		'sound that follows the picture ignores the length of the mix',
		'rampFrames: transition.frames || this.cutRampFrames',
		'rampFrames: this.cutRampFrames',
		'unit/mixer/mixerControl',
	),
	other(
		'service/mixer/mixerControl.ts',
		'the scene is not sent to a new mixer',
		"this.#sendProgram({ kind: 'cut', frames: 0 }).catch",
		'Promise.resolve().catch',
		'unit/mixer/mixerControl',
	),
	other(
		'service/mixer/mixerControl.ts',
		'the sound is not sent to a new mixer',
		"if (this.#audio) this.host.command('mixer', { op: 'audio', ...this.#audio, rampMs: 0 });",
		'',
		'unit/mixer/mixerControl',
	),
	other(
		'service/mixer/mixerControl.ts',
		'slots are not sent to a new mixer',
		'for (const [slot, input] of this.#slots) this.#sendSlot(slot, input);',
		'',
		'unit/mixer/mixerControl',
	),
	other(
		supervision,
		'the pause before a restart twenty times as long',
		'firstMs: 100, capMs: 5_000',
		'firstMs: 2_000, capMs: 100_000',
		timing,
	),
	other(supervision, 'the excuse of a stall omits the start', '		this.#startedAt += ms;\n', '', timing),
	other(supervision, 'the excuse of a stall omits the work', '		this.#progressAt += ms;\n', '', timing),
	other(
		supervision,
		'a fault never clears',
		'				this.#attempt = 0;\n				this.#clearFaults();',
		'				this.#attempt = 0;',
		timing,
	),
	other(supervision, 'the pause never starts anew', '				this.#attempt = 0;\n', '', timing),
	other(supervision, 'a host that stands still is left alone for 20 s', 'STALL_MS = 2_000', 'STALL_MS = 20_000', timing),
	other(
		'service/recordings/recorder.ts',
		'a recording ends at 64 kB free instead of 64 MB',
		'run: 64 * 2 ** 20',
		'run: 64 * 2 ** 10',
		'engine/recordingLost',
	),
	other(
		'service/recordings/part.ts',
		'the end of the sound is taken for that of the picture',
		"if (track.kind === 'video') this.endNs",
		"if (track.kind === 'audio') this.endNs",
		'unit/recordings/fragments',
	),
];

const operator = 'browser/operatorPanel';
const panel: HandMadeMutant[] = [
	other('panel/pages/switcher/keys.ts', 'the command key is ignored', ' || press.metaKey', '', 'unit/panel/keys'),
	other('panel/pages/switcher/keys.ts', 'the numeric pad is lost', '(?:Digit|Numpad)', '(?:Digit)', 'unit/panel/keys'),
	other(
		'panel/pages/switcher/selection.ts',
		'two taps 3.5 s apart are a double tap',
		'doubleTapMs = 350',
		'doubleTapMs = 3500',
		operator,
	),
	other('panel/pages/switcher/selection.ts', 'no double tap at all', 'doubleTapMs = 350', 'doubleTapMs = 0', operator),
	other('panel/data/link.ts', 'the pauses of the link never start anew', 'this.#failures = 0;', '', operator),
	other(
		'panel/pages/switcher/transition-block.ts',
		'the length of a mix is ignored',
		'		this.commands.mixMs = ms;\n',
		'',
		operator,
	),
	other('panel/elements/meter.ts', 'a meter never moves', 'bar.style.transform = ', 'bar.title = ', operator),
	other('panel/elements/meter.ts', 'both bars of a meter show the left side', 'peaksDb[channel]', 'peaksDb[0]', operator),
	other('panel/elements/meter.ts', 'a meter never falls', 'this.#shown[channel]! - fall', 'this.#shown[channel]!', operator),
	other(
		'panel/data/backoff.ts',
		'a studio that is away is asked without a pause',
		'Math.min(3000, 250 * 2 ** failures)',
		'Math.min(30, 250 * 2 ** failures)',
		operator,
	),
	other(
		'panel/texts/language.ts',
		'English becomes German',
		"if (language === 'en') return 'en';",
		"if (language === 'de') return 'en';",
		'unit/panel/guestPage',
	),
	other(
		'panel/data/scenes.ts',
		'the black tile comes first',
		'kindTraits[source.kind].blank ? 1000',
		'kindTraits[source.kind].blank ? -1',
		'unit/panel/state',
	),
];

const launches: HandMadeMutant[] = [
	{ ...launch('profile high for viewers', 'encoder', 'profile=constrained-baseline', 'profile=high') },
	launch('profile high in the multiview', 'streamer', 'profile=constrained-baseline', 'profile=high'),
	launch('the frame rate as a whole number', 'canvas', 'canvas.fpsNum}/', 'Math.round(canvas.fpsNum / canvas.fpsDen)}/'),
	launch('Opus without its offset', 'encoder', "out('program.opus', -OPUS_LOOKAHEAD_NS)", "out('program.opus')"),
	launch('AAC without its offset', 'encoder', "out('program.aac', -AAC_PRIMING_NS)", "out('program.aac')"),
	{
		...launch(
			'a key frame every two seconds',
			'',
			"'key-int-max': Math.round(fpsOf(canvas))",
			"'key-int-max': 2 * Math.round(fpsOf(canvas))",
		),
		file: 'service/encoders/table.ts',
	},
	launch('fragments of five seconds', 'recorder', "'fragment-duration': 500", "'fragment-duration': 5000"),
	launch('a file that is written when its buffer is full', 'recorder', "'buffer-mode': 'unbuffered'", "'buffer-mode': 'full'"),
	launch('parameter sets once', 'streamer', "'config-interval': -1", "'config-interval': 0"),
	launch('packets too large for a tunnel', 'streamer', 'mtu: 1200', 'mtu: 1460'),
	launch('no forward error correction', 'encoder', "'inband-fec': true", "'inband-fec': false"),
	launch('frame threads in the decoder', 'rtpSource', "'thread-type': 'slice'", "'thread-type': 'frame'"),
	launch('a card that gives the clock', 'alsaSource', "'provide-clock': false", "'provide-clock': true"),
	launch('a mixer without its own clock', 'mixer', 'realtime: true', 'realtime: false'),
	launch('borders cut off', 'hdmiSource', "'add-borders': true", "'add-borders': false"),
	launch('an RTP port that others may take', 'rtpSource', 'reuse: false', 'reuse: true'),
	launch('a recording that begins with the present', 'recorder', "start: 'pts'", "start: 'live'"),
];

export const handMadeMutants: HandMadeMutant[] = [...sounds, ...pictures, ...service, ...panel, ...launches];
