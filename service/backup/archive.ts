import { createGunzip, gzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { messageOf, StudioError } from '../util/errors.js';

/** The only names in an archive; they are never paths of this machine. */
const names = ['manifest.json', 'settings.yaml', 'show.json', 'secrets.bin'] as const;
export type ArchiveName = (typeof names)[number];
export type Files = Partial<Record<ArchiveName, Buffer>>;

/** Limits of the archive, packed and unpacked. */
export const maxArchiveBytes = 8 * 1024 * 1024;
const maxPlainBytes = 32 * 1024 * 1024;

/** A .tar.gz, owner-readable when unpacked by hand. */
export async function makeArchive(files: Files): Promise<Buffer> {
	const tar = pack();
	for (const name of names) if (files[name]) tar.entry({ name, mode: 0o600, mtime: new Date() }, files[name]);
	tar.finalize();
	const chunks: Buffer[] = [];
	for await (const chunk of tar) chunks.push(chunk as Buffer);
	return gzipSync(Buffer.concat(chunks));
}

/** The files of an archive. Throws `invalid`, and `too-large` as soon as more is unpacked than a backup can have. */
export async function openArchive(archive: Buffer): Promise<Files> {
	if (archive.length > maxArchiveBytes) throw new StudioError('too-large', 'the file is larger than any backup');
	const files: Files = {};
	let total = 0;
	const gunzip = createGunzip();
	const tar = extract();
	gunzip.on('data', (chunk: Buffer) => {
		total += chunk.length;
		if (total > maxPlainBytes) gunzip.destroy(new StudioError('too-large', 'the content of the file is larger than any backup'));
	});
	gunzip.on('error', (error) => tar.destroy(error));
	gunzip.pipe(tar);
	gunzip.end(archive);
	try {
		for await (const entry of tar) {
			const { name, type } = entry.header;
			if (type !== 'file' || !names.includes(name as ArchiveName) || files[name as ArchiveName])
				throw new StudioError('invalid', 'the archive contains something that does not belong in a backup');
			const chunks: Buffer[] = [];
			for await (const chunk of entry) chunks.push(chunk as Buffer);
			files[name as ArchiveName] = Buffer.concat(chunks);
		}
	} catch (error) {
		gunzip.destroy();
		if (error instanceof StudioError) throw error;
		throw new StudioError('invalid', `the file is not a backup, or is damaged: ${messageOf(error)}`);
	}
	return files;
}
