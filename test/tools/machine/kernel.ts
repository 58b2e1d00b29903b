/** Debian's own kernel, unpacked beside the build and not installed: it has the modules that the test machine's lacks. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../service.js';

export interface Kernel {
	image: string;
	/** For `modprobe -d`: holds lib/modules/VERSION. */
	folder: string;
	version: string;
}

const architecture = 'amd64';
const timeoutMs = 120_000;

/** What is unpacked of its modules: virtual hardware, shared folders, capture devices and sound. */
const modules = ['drivers/media', 'drivers/virtio', 'drivers/input', 'drivers/i2c', 'sound', 'net/9p', 'net/core', 'fs', 'lib'];

function run(program: string, args: string[], cwd: string): string {
	return execFileSync(program, args, { cwd, encoding: 'utf8', timeout: timeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Name of the package that `linux-image-amd64` stands for now. */
function currentPackage(): string {
	const depends = run('apt-cache', ['depends', '--important', `linux-image-${architecture}`], root);
	const name = /Depends:\s*(linux-image-\S+)/.exec(depends)?.[1];
	if (!name) throw new Error('apt knows no linux-image-amd64; run apt-get update');
	return name;
}

/** The kernel, fetched at the first use (70 MB) and kept under dist/. */
export function kernel(): Kernel {
	const name = currentPackage();
	const version = name.slice('linux-image-'.length);
	const folder = join(root, 'dist/kernel', name);
	if (!existsSync(folder)) {
		const unpacking = `${folder}.new`;
		rmSync(unpacking, { recursive: true, force: true });
		mkdirSync(unpacking, { recursive: true });
		run('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', name], unpacking);
		const archive = readdirSync(unpacking).find((file) => file.endsWith('.deb'))!;
		const base = `./lib/modules/${version}`;
		const wanted = [`./boot/vmlinuz-${version}`, `${base}/modules.builtin*`, `${base}/modules.order`];
		const tar = ['--extract', '--wildcards', '--file=-', ...wanted, ...modules.map((part) => `${base}/kernel/${part}/*`)];
		const unpacked = spawnSync('sh', ['-c', 'dpkg-deb --fsys-tarfile "$0" | tar "$@"', archive, ...tar], {
			cwd: unpacking,
			encoding: 'utf8',
			timeout: timeoutMs,
		});
		// tar complains about patterns that this kernel has nothing for.
		if (!existsSync(join(unpacking, `boot/vmlinuz-${version}`))) throw new Error(`unpacking ${name}: ${unpacked.stderr}`);
		rmSync(join(unpacking, archive));
		run('depmod', ['-b', unpacking, version], unpacking);
		renameSync(unpacking, folder);
	}
	return { image: join(folder, `boot/vmlinuz-${version}`), folder, version };
}

/** Files of the modules and of all they need, in the order they are loaded in. */
export function moduleFiles({ folder, version }: Kernel, names: string[]): string[] {
	const files = names.flatMap((name) =>
		run('modprobe', ['-d', folder, '-S', version, '--show-depends', name], folder)
			.split('\n')
			.map((line) => /^insmod (\S+)/.exec(line)?.[1])
			.filter((file) => file !== undefined),
	);
	return [...new Set(files)];
}
