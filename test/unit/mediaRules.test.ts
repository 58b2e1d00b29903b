import * as assert from 'uvu/assert';
import { remedyText } from '../../service/contract/remedies.js';
import { remedyFor } from '../../service/hosts/remedies.js';
import { Slots } from '../../service/mixer/slots.js';
import { GuestDelay } from '../../service/sources/guestDelay.js';
import type { StudioError } from '../../service/util/errors.js';
import { SlidingWindow } from '../../service/util/slidingWindow.js';
import { test } from '../tools/suite.js';

const words = (reason: string) => remedyText(remedyFor(reason));

test('what to do about a failure', () => {
	const table: [remedy: RegExp | null, ...reasons: string[]][] = [
		[/^Build the plugin: npm run build$/, 'no element "r58mixer"', 'erroneous pipeline: no element "r58linksrc"'],
		[/the GStreamer plugin that has the element whatsink$/, 'no element "whatsink"'],
		[/sound card in/, 'alsasrc0: cannot open', 'Could not open the audio device', 'card:3 is not there'],
		[/receiver's name/, 'the name studio.example is not known here'],
		[/network\.specialTargets/, '127.0.0.1 needs network.specialTargets'],
		[/^Free space/, 'filesink0: Error while writing to file: No space left on device', 'the Disk is full'],
		[/taken over/, 'link address r58.1.hdmi1.video is in use by another writer', 'Address x in use by another writer'],
		[/another port/, 'listen EADDRINUSE: :::8000', 'bind: Address already in use'],
		[/fuser/, "v4l2src0: Device '/dev/video0' is busy", 'open: EBUSY'],
		[/groups video/, "Could not open '/dev/video0': Permission denied", 'open: EACCES', 'EPERM', 'Operation not permitted'],
		[/cable/, 'no signal', 'Link has been severed', 'ENOLCK', 'ENOLINK'],
		[/plug it in again$/, 'Could not open /dev/video2: No such device', 'No such file or device', 'ENODEV', 'ENXIO'],
		[/more memory/, 'killed by the kernel: out of memory', 'Cannot allocate 8 MB'],
		[/driver/, 'process 7 does not die of SIGKILL: the kernel holds it (state D)'],
		[null, 'ended by SIGKILL', 'not advancing for 2 s', 'a busybody', 'the element "r58mixer" has ended', 'no such thing'],
	];
	for (const [remedy, ...reasons] of table)
		for (const reason of reasons) {
			if (remedy) assert.match(words(reason) ?? '', remedy, reason);
			else assert.is(words(reason), null, reason);
		}
});

test('each element that the pipelines use has its Debian package', () => {
	const packages = {
		ugly: ['x264enc'],
		bad: ['webrtcbin', 'h264parse'],
		good: ['aacparse', 'mp4mux', 'rtph264pay', 'rtph264depay', 'rtpjitterbuffer', 'udpsrc', 'udpsink', 'rtpopuspay'].concat([
			'rtpopusdepay',
			'rtpvp8depay',
			'vp8dec',
		]),
		base: ['opusenc', 'opusdec', 'videoconvertscale'],
	};
	for (const [name, elements] of Object.entries(packages))
		for (const element of elements)
			assert.is(words(`no element "${element}"`), `Install the Debian package gstreamer1.0-plugins-${name}`);
	for (const [element, name] of [
		['avenc_aac', 'libav'],
		['avdec_h264', 'libav'],
		['nicesrc', 'nice'],
		['alsasrc', 'alsa'],
	])
		assert.is(words(`no element "${element}"`), `Install the Debian package gstreamer1.0-${name}`);
});

test('a source takes the first free slot and keeps it; when all are taken the next is refused', () => {
	const slots = new Slots(3);
	assert.equal([slots.total, slots.used, slots.sourceOf(0), slots.sourceOf(9), slots.slotOf('a')], [3, 0, null, null, undefined]);
	assert.equal(
		['a', 'b', 'a', 'c'].map((source) => slots.take(source)),
		[0, 1, 0, 2],
	);
	assert.equal([slots.used, slots.slotOf('a'), slots.slotOf('c'), slots.sourceOf(1)], [3, 0, 2, 'b']);
	try {
		slots.take('d');
		assert.unreachable();
	} catch (error) {
		const { code, message, retryAfterS } = error as StudioError;
		assert.equal([code, retryAfterS], ['no-slot', 30]);
		assert.match(message, /^all 3 mixer inputs are in use; remove/);
	}
	slots.free('nobody');
	assert.is(slots.used, 3);
	slots.free('a');
	assert.equal([slots.used, slots.slotOf('a'), slots.take('d'), slots.sourceOf(0)], [2, undefined, 0, 'd']);
});

test('so many in the last while, then as long as until the oldest of them is over', () => {
	const window = new SlidingWindow(1000, 2);
	assert.is(window.waitMs('a', 0), 0);
	window.add('a', 0);
	assert.is(window.waitMs('a', 100), 0);
	window.add('a', 300);
	assert.equal(
		[300, 999, 1000, 1299].map((at) => window.waitMs('a', at)),
		[700, 1, 0, 0],
	);
	assert.is(window.waitMs('b', 300), 0, 'others may');
	window.add('a', 1000);
	assert.equal([window.waitMs('a', 1100), window.waitMs('a', 1300)], [200, 0]);
	window.forget('a');
	assert.is(window.waitMs('a', 1100), 0);
});

test('who did it more often than that waits until fewer are left, and is one key of a bounded table', () => {
	const window = new SlidingWindow(1000, 2);
	for (const at of [0, 300, 500]) window.add('a', at);
	assert.equal([window.waitMs('a', 600), window.keys.size], [700, 1]);
	for (let i = 0; i <= window.keys.most; i += 1) window.add(`client ${i}`, 600);
	assert.is(window.keys.size, window.keys.most);
});

test('sweeping forgets those whose last time is over, and nobody else', () => {
	const window = new SlidingWindow(1000, 1);
	window.add('old', 0);
	window.add('new', 1);
	window.sweep(1000);
	// What is forgotten was over anyway; looked at from an earlier time it shows.
	assert.equal([window.waitMs('old', 500), window.waitMs('new', 500)], [0, 501]);
});

test('a delay falls when its calm is over, is never below what is needed, and rounds up', () => {
	const delay = new GuestDelay();
	assert.is(delay.next(60.2, 0), 66);
	assert.is(delay.next(51.1, 9999), 66, 'near it: the calm begins anew');
	assert.equal([delay.next(12, 19_998), delay.next(12, 19_999)], [66, 56]);
	assert.equal([delay.next(12, 29_998), delay.next(12, 29_999)], [56, 46]);
	assert.is(delay.next(12, 60_000), 46, 'not below 40 ms');
});

test.run();
