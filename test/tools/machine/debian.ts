/**
 * A virtual machine with a Debian of its own on its own disk, systemd and all. The disk is made of Debian's packages; what
 * takes long and needs the network (packages, npm's modules) is kept in the user's cache folder, and made by the script that a
 * user runs, .ci/setup. What is tested is copied onto it anew each time, and built there. Emulated, as in machine.ts.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	chmodSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../service.js';
import { Emulator } from './emulator.js';
import { accelerator, type MachineOptions } from './machine.js';

const suite = 'trixie';
/** What somebody has who has installed Debian with SSH, and then Node and npm. */
const packages = [
	'linux-image-amd64',
	'systemd-sysv',
	'udev',
	'dbus',
	'sudo',
	'ca-certificates',
	'openssh-server',
	'nodejs',
	'npm',
];
/** The checkout of the user `tech`, who may sudo. */
export const checkout = '/home/tech/studio';
const diskBytes = 8 * 2 ** 30;
const stepTimeoutMs = 1_800_000;
/** Where the host keeps the authorities it trusts: a network may have one of its own. */
const authorities = '/etc/ssl/certs/ca-certificates.crt';

function run(program: string, ...words: string[]): void {
	try {
		execFileSync(program, words, {
			encoding: 'utf8',
			timeout: stepTimeoutMs,
			stdio: ['ignore', 'pipe', 'pipe'],
			maxBuffer: 2 ** 28,
		});
	} catch (error) {
		const { stdout, stderr } = error as { stdout?: string; stderr?: string };
		throw new Error(`${program} ${words.join(' ')}:\n${`${stdout}${stderr}`.slice(-3000)}`);
	}
}

/** Runs a command in the folder's system, with this machine's kernel and network. */
function inside(folder: string, user: string, command: string): void {
	const script = `set -e
mount -t proc proc "$0/proc"; mount --bind /dev "$0/dev"
chroot "$0" /usr/sbin/runuser -u "$1" -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$(chroot "$0" getent passwd "$1" | cut -d: -f6)" \\
	NODE_EXTRA_CA_CERTS=/usr/local/share/host.pem sh -c "$2"`;
	// A mount namespace of its own: nothing stays mounted, whatever happens.
	run('unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, folder, user, command);
}

function file(folder: string, path: string, text: string, mode = 0o644): void {
	const full = join(folder, path);
	mkdirSync(dirname(full), { recursive: true });
	rmSync(full, { force: true });
	writeFileSync(full, text);
	chmodSync(full, mode);
}

/** The tracked files as they are now. Of those of before only what takes long to make stays. */
function copyCheckout(folder: string): void {
	const target = join(folder, checkout);
	mkdirSync(target, { recursive: true });
	const kept = ['./node_modules', './pipelines/plugin/build'].flatMap((path) => ['-path', path, '-prune', '-o']);
	run('sh', '-c', 'cd "$0" && find . "$@" ! -type d -exec rm -f {} +', target, ...kept);
	run(
		'sh',
		'-c',
		'cd "$0" && git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$1"',
		root,
		target,
	);
}

/** Where this machine's apt has Debian from: the other release lies there too. */
function mirror(): string {
	const format = '$(LABEL) $(REPO_URI)';
	const targets = execFileSync('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], { encoding: 'utf8' });
	const found = /^Debian (\S+)$/m.exec(targets)?.[1];
	if (!found) throw new Error("apt's configuration names no Debian archive, or was never updated: run apt-get update");
	return found;
}

/** A Debian with everything that has to be downloaded, in a folder. Made once for each list of packages: ten minutes. */
function system(): string {
	const lists = [
		suite,
		...packages,
		...['.ci/setup', '.ci/packages', 'package-lock.json'].map((name) => readFileSync(join(root, name))),
	];
	const hash = lists.reduce((all, part) => all.update(part), createHash('sha256'));
	const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'r58-test');
	const folder = join(cache, `${suite}-${hash.digest('hex').slice(0, 12)}`);
	if (existsSync(folder)) return folder;
	mkdirSync(cache, { recursive: true });
	// One at a time is enough: gigabytes each.
	for (const old of readdirSync(cache)) if (old.startsWith(`${suite}-`)) rmSync(join(cache, old), { recursive: true });
	const making = join(cache, `${suite}-new`);
	const include = `--include=${packages.join(',')}`;
	const aptopt = '--aptopt=Apt::Install-Recommends "false"';
	run('mmdebstrap', '--variant=important', '--mode=root', '--format=dir', aptopt, include, suite, making, mirror());
	copyFileSync('/etc/resolv.conf', join(making, 'etc/resolv.conf'));
	copyFileSync(authorities, join(making, 'usr/local/share/host.pem'));
	// Nothing is started while packages are installed here.
	file(making, 'usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755);
	run('chroot', making, 'useradd', '--create-home', '--shell', '/bin/bash', 'tech');
	file(making, 'etc/sudoers.d/tech', 'tech ALL=(ALL) NOPASSWD: ALL\n', 0o440);
	copyCheckout(making);
	inside(making, 'root', `chown -R tech: ${checkout} && cd ${checkout} && .ci/setup service packages && apt-get clean`);
	inside(making, 'tech', `cd ${checkout} && .ci/setup service`);
	rmSync(join(making, 'usr/sbin/policy-rc.d'));
	renameSync(making, folder);
	return folder;
}

/** The disk with what is tested on it; its kernel and first file system lie beside it. */
function disk(folder: string, program: string): { disk: string; kernel: string; initrd: string } {
	const debian = system();
	copyCheckout(debian);
	inside(debian, 'root', `chown -R tech: ${checkout}`);
	// Compilers take minutes in the emulator. The modules are those of this package-lock.json: the folder's name has its hash.
	inside(debian, 'tech', `cd ${checkout} && touch node_modules/.package-lock.json && npm run build`);
	file(debian, 'etc/hostname', 'studio\n');
	file(debian, 'etc/hosts', '127.0.0.1 localhost\n127.0.1.1 studio\n');
	file(debian, 'etc/fstab', '/dev/vda / ext4 defaults 0 1\n');
	// An emulated processor cannot keep up with more.
	file(debian, 'etc/default/r58', 'R58_OPTIONS="--canvas 160x90p5 --no-viewers"\n');
	file(
		debian,
		'etc/systemd/system/steps.service',
		`[Unit]
After=multi-user.target
[Service]
ExecStart=/usr/bin/node ${checkout}/${program}
ExecStopPost=/bin/systemctl --no-block poweroff
StandardOutput=tty
StandardError=journal+console
TTYPath=/dev/ttyS1
[Install]
WantedBy=graphical.target
`,
	);
	run('chroot', debian, 'systemctl', 'enable', 'steps.service');
	run('chroot', debian, 'systemctl', 'set-default', 'graphical.target');
	const image = join(folder, 'disk');
	run('truncate', '-s', String(diskBytes), image);
	run('mke2fs', '-q', '-t', 'ext4', '-E', 'lazy_itable_init=1,lazy_journal_init=1', '-d', debian, image);
	const boot = readdirSync(join(debian, 'boot'));
	const found = (prefix: string) => join(debian, 'boot', boot.find((name) => name.startsWith(prefix))!);
	return { disk: image, kernel: found('vmlinuz-'), initrd: found('initrd.img-') };
}

export class DebianMachine extends Emulator {
	constructor(options: MachineOptions) {
		super((folder) => {
			const { disk: image, kernel, initrd } = disk(folder, options.program);
			const args = ['-M', 'q35', '-cpu', 'max', '-m', String(options.memoryMb ?? 3000)];
			args.push(...accelerator(options), '-nodefaults', '-no-reboot', '-display', 'none');
			args.push('-drive', `file=${image},format=raw,if=virtio,cache=unsafe`, '-kernel', kernel, '-initrd', initrd);
			args.push('-append', 'root=/dev/vda rw console=ttyS0 quiet panic=1 mitigations=off systemd.show_status=1');
			return args;
		}, options);
	}
}
