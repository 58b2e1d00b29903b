import * as assert from 'uvu/assert';
import { remedyText } from '../../../service/contract/remedies.js';
import { remedyFor } from '../../../service/hosts/remedies.js';
import { test } from '../../tools/suite.js';

const words = (reason: string) => remedyText(remedyFor(reason));

test('what to do about a failure', () => {
	const table: [remedy: RegExp | null, ...reasons: string[]][] = [
		[/^Build the plugin: npm run build$/, 'no element "r58mixer"', 'erroneous pipeline: no element "r58linksrc"'],
		[/the GStreamer plugin that provides the element whatsink$/, 'no element "whatsink"'],
		[/in the sound card/, 'alsasrc0: cannot open', 'Could not open the audio device', 'card:3 is not there'],
		[/receiver’s name/, 'the name studio.example does not resolve'],
		[/network\.specialTargets/, '127.0.0.1 needs network.specialTargets'],
		[/^Free space/, 'filesink0: Error while writing to file: No space left on device', 'the Disk is full'],
		[/taken over/, 'link address r58.1.hdmi1.video is in use by another writer', 'Address x in use by another writer'],
		[/another port/, 'listen EADDRINUSE: :::8000', 'bind: Address already in use'],
		[/fuser/, "v4l2src0: Device '/dev/video0' is busy", 'open: EBUSY'],
		[/groups video/, "Could not open '/dev/video0': Permission denied", 'open: EACCES', 'EPERM', 'Operation not permitted'],
		[/cable/, 'no signal', 'Link has been severed', 'ENOLCK', 'ENOLINK'],
		[/plug it in again$/, 'Could not open /dev/video2: No such device', 'No such file or device', 'ENODEV', 'ENXIO'],
		[/more memory/, 'killed by the kernel: out of memory', 'Cannot allocate 8 MB'],
		[/driver/, 'process 7 does not respond to SIGKILL: the kernel is holding it (state D)'],
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

test.run();
