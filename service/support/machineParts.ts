import { readdir, readFile, statfs } from 'node:fs/promises';
import { arch, cpus, freemem, hostname, release, totalmem, uptime } from 'node:os';
import { output } from '../util/command.js';
import { pluginPath } from '../util/program.js';
import { json, type Part } from './part.js';

/** One element of each plugin that the pipelines use. */
const elementNames = [
	...[
		'r58mixer',
		'x264enc',
		'avenc_aac',
		'webrtcbin',
		'nicesrc',
		'aacparse',
		'mp4mux',
		'rtph264pay',
		'rtpjitterbuffer',
		'udpsrc',
	],
	...['vp8dec', 'h264parse', 'opusenc', 'alsasrc', 'v4l2src', 'videoconvertscale', 'mpph264enc'],
];
const elementsTimeoutMs = 10_000;

/** About the machine, whether the service runs or not. */
export function machineParts(dataDir: string, version: string): Part[] {
	const file = (path: string) => async () => readFile(path, 'utf8');
	return [
		{ file: 'versions.json', about: 'versions of the studio, Node.js and the system', make: () => versions(version) },
		{ file: 'gstreamer.txt', about: 'versions of the GStreamer elements that the studio uses', make: elements },
		{ file: 'packages.txt', about: 'versions of the Debian packages of GStreamer, libnice and the kernel', make: packages },
		{ file: 'disk.json', about: 'space on the disk of the data folder', make: () => disk(dataDir) },
		{ file: 'mounts.txt', about: 'file systems', make: file('/proc/self/mounts') },
		{ file: 'memory.txt', about: 'memory of the machine', make: file('/proc/meminfo') },
		{ file: 'interrupts.txt', about: 'interrupts since boot', make: file('/proc/interrupts') },
		{ file: 'interfaces.txt', about: 'counters of the network interfaces', make: file('/proc/net/dev') },
		{ file: 'devices.txt', about: 'capture, sound and graphics devices', make: devices },
		{ file: 'dmesg.txt', about: 'the last kernel messages', make: async () => tail(await output('dmesg', []), 1000) },
	];
}

async function versions(version: string): Promise<string> {
	const system = await readFile('/etc/os-release', 'utf8').catch(() => '');
	return json({
		studio: version,
		node: process.version,
		system: /^PRETTY_NAME="?([^"\n]*)/m.exec(system)?.[1] ?? 'unknown',
		kernel: release(),
		architecture: arch(),
		processor: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
		memory: { totalBytes: totalmem(), freeBytes: freemem() },
		host: hostname(),
		bootedS: Math.round(uptime()),
		madeAt: new Date().toISOString(),
	});
}

/** One after the other: the show has priority. Elements that are too late are listed by name. */
async function elements(): Promise<string> {
	// The registry made by the hosts: searching for new plugins doubles the time.
	const env = { ...process.env, GST_PLUGIN_PATH: pluginPath, GST_REGISTRY_UPDATE: 'no' };
	const begun = performance.now();
	const lines = [(await output('gst-inspect-1.0', ['--version'], { env })).trim()];
	for (const name of elementNames) {
		const late = performance.now() - begun > elementsTimeoutMs;
		lines.push(`${name}: ${late ? 'skipped, the machine is too busy' : await elementVersion(name, env)}`);
	}
	return `${lines.join('\n')}\n`;
}

async function elementVersion(name: string, env: NodeJS.ProcessEnv): Promise<string> {
	const told = await output('gst-inspect-1.0', [name], { env }).catch(() => null);
	const field = (label: string) => new RegExp(`^ +${label} +(\\S.*)$`, 'm').exec(told!)?.[1] ?? 'unknown';
	return told === null ? 'missing' : `${field('Version')} (${field('Filename')})`;
}

async function packages(): Promise<string> {
	const format = ['db:Status-Abbrev', 'Package', 'Version', 'Architecture'].map((field) => `\${${field}}`).join(' ');
	const lines = (await output('dpkg-query', ['--show', '--showformat', `${format}\\n`], { timeoutMs: 12_000 })).split('\n');
	const wanted = /^ii\s+(gstreamer|libgst|libnice|linux-image|nodejs |systemd )/;
	return `${lines.filter((line) => wanted.test(line)).join('\n')}\n`;
}

async function disk(dataDir: string): Promise<string> {
	const { bavail, blocks, bsize, files, ffree } = await statfs(dataDir);
	return json({ folder: dataDir, freeBytes: bavail * bsize, totalBytes: blocks * bsize, files, freeFiles: ffree });
}

async function devices(): Promise<string> {
	const folders = ['/dev/v4l/by-path', '/dev/v4l/by-id', '/dev/snd', '/dev/dri'];
	const lists = folders.map(async (folder) => `${folder}: ${(await readdir(folder).catch(() => ['none'])).join(' ')}\n`);
	return (await Promise.all(lists)).join('');
}

function tail(text: string, lines: number): string {
	return text.split('\n').slice(-lines).join('\n');
}
