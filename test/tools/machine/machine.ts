/**
 * A virtual machine that runs Debian's kernel on this machine's own files: root is the host's, read-only and with a
 * layer of memory over it, so the guest runs the very same node, GStreamer and plugin. Emulated (TCG), as nested
 * virtualisation is not to be had: slow, and always with a time-out.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../service.js';
import { Emulator, type EmulatorOptions } from './emulator.js';
import { type Kernel, kernel, moduleFiles } from './kernel.js';

export interface MachineOptions extends EmulatorOptions {
	/** Node program below the project folder, as built: `dist/test/machine/captureGuest.js`. Each line it prints is JSON. */
	program: string;
	memoryMb?: number;
	/**
	 * The guest's clock counts its instructions, a nanosecond each: however slowly it is emulated, to itself it is a machine of
	 * one steady core, and a deadline means there what it means on a real one.
	 */
	ownTime?: boolean;
}

/** What the first stage needs to reach the shared root. */
const bootModules = ['virtio_pci', '9pnet_virtio', '9p', 'overlay'];

/** PID 1: mounts the host's root and runs the program in it. ttyS0 is the console, ttyS1 the program's output. */
const init = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /host /layer /root
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox --install -s /bin
while read module; do insmod "/modules/$module"; done < /modules/order
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 host /host
mount -t tmpfs layer /layer
mkdir /layer/upper /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work overlay /root
for each in proc sys dev; do mount --bind /$each /root/$each; done
mkdir -p /root/dev/shm /root/dev/pts
mount -t tmpfs shm /root/dev/shm
mount -t devpts pts /root/dev/pts
ip link set lo up
stty -F /dev/ttyS1 raw -echo
. /guest.env
chroot /root /bin/sh -c 'cd "$R58_ROOT" && exec "$R58_NODE" "$R58_PROGRAM"' > /dev/ttyS1
echo "the program ended with $?"
sync
echo o > /proc/sysrq-trigger
sleep 60
`;

/** The kernel's first file system: busybox, the modules, the script above. */
function bootImage(folder: string, debian: Kernel, program: string): string {
	const tree = join(folder, 'initramfs');
	mkdirSync(join(tree, 'bin'), { recursive: true });
	mkdirSync(join(tree, 'modules'));
	copyFileSync('/usr/bin/busybox', join(tree, 'bin/busybox'));
	const files = moduleFiles(debian, bootModules);
	// busybox loads none that is compressed (Debian 13 has them so).
	for (const file of files) {
		const content = file.endsWith('.xz')
			? execFileSync('xz', ['-dc', file], { maxBuffer: 64 * 1024 * 1024 })
			: readFileSync(file);
		writeFileSync(join(tree, 'modules', basename(file, '.xz')), content);
	}
	writeFileSync(join(tree, 'modules/order'), `${files.map((file) => basename(file, '.xz')).join('\n')}\n`);
	const environment = {
		PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
		HOME: '/root',
		R58_ROOT: root,
		R58_NODE: process.execPath,
		R58_PROGRAM: program,
		R58_MODULES: debian.folder,
		R58_KERNEL: debian.version,
	};
	writeFileSync(
		join(tree, 'guest.env'),
		Object.entries(environment)
			.map(([name, value]) => `export ${name}='${value}'\n`)
			.join(''),
	);
	writeFileSync(join(tree, 'init'), init);
	chmodSync(join(tree, 'init'), 0o755);
	const image = join(folder, 'initramfs.gz');
	execFileSync('sh', ['-c', `find . | cpio -o -H newc --quiet | gzip -1 > "$0"`, image], { cwd: tree });
	return image;
}

/** Counting takes the emulator's one thread. */
export function accelerator({ ownTime = false }: Pick<MachineOptions, 'ownTime'>): string[] {
	return ownTime ? ['-accel', 'tcg', '-icount', 'shift=0'] : ['-accel', 'tcg,thread=multi', '-smp', '2'];
}

/** Arguments of the emulator for a machine that runs the program. */
function argumentsFor(options: MachineOptions, folder: string): string[] {
	const { program, memoryMb = 1500 } = options;
	const debian = kernel();
	const image = bootImage(folder, debian, program);
	const args = ['-M', 'q35', '-cpu', 'max', '-m', String(memoryMb)];
	args.push(...accelerator(options), '-nodefaults', '-no-reboot', '-display', 'none', '-kernel', debian.image, '-initrd', image);
	args.push('-append', 'console=ttyS0 quiet panic=1 mitigations=off');
	args.push('-virtfs', 'local,path=/,mount_tag=host,security_model=passthrough,readonly=on,multidevs=remap');
	return args;
}

export class Machine extends Emulator {
	constructor(options: MachineOptions) {
		super((folder) => argumentsFor(options, folder), options);
	}
}
