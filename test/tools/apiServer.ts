import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Certificate } from '../../service/access/certificate.js';
import { Certificates } from '../../service/access/certificates.js';
import { Passwords } from '../../service/access/passwords.js';
import { Setup } from '../../service/access/setup.js';
import { type Api, createApi } from '../../service/api.js';
import type { Role } from '../../service/contract/roles.js';
import { watches } from '../../service/nouns.js';
import { Settings } from '../../service/settings/settings.js';
import { ShowLog } from '../../service/showLog/showLog.js';
import { openStore, type Store } from '../../service/store/store.js';
import { createLog, type Log } from '../../service/util/log.js';
import { askFrom } from './net/askFrom.js';
import { ShowStub } from './showStub.js';

export interface ApiServer {
	api: Api;
	show: ShowStub;
	store: Store;
	settings: Settings;
	showLog: ShowLog;
	dir: string;
	panelDir: string;
	certificate: Certificate;
	certificates: Certificates;
	httpUrl: string;
	httpsUrl: string;
	/** A token of each role; the guest's is guest-ada's. */
	tokens: Record<Role, string>;
	/** Lines of the log. */
	lines: string[];
	log: Log;
	/** A request to the plain server; `token` as Bearer, an object as JSON body. */
	ask(method: string, path: string, options?: AskOptions): Promise<Response>;
	stop(): Promise<void>;
}

export interface AskOptions {
	/** Address of loopback that it comes from, when it matters who asks. */
	from?: string;
	token?: string | undefined;
	json?: unknown;
	body?: string | Uint8Array;
	headers?: Record<string, string>;
}

export function temporaryFolder(): string {
	return mkdtempSync(join(tmpdir(), 'r58-api-'));
}

/** The real API server over the stub of a show, in a folder of its own. */
export async function startApiServer(
	options: { names?: () => string[]; panelDir?: string; setUp?: boolean } = {},
): Promise<ApiServer> {
	const { names, setUp = true } = options;
	const dir = temporaryFolder();
	const panelDir = join(dir, 'panel');
	mkdirSync(join(panelDir, 'assets'), { recursive: true });
	writeFileSync(join(panelDir, 'index.html'), '<!doctype html><title>panel</title>');
	writeFileSync(join(panelDir, 'assets', 'main-1a2b.js'), 'export {};');
	writeFileSync(join(panelDir, 'assets', 'switcher-3c4d.js'), 'export {};');
	mkdirSync(join(panelDir, '.vite'));
	writeFileSync(join(panelDir, '.vite', 'manifest.json'), JSON.stringify({ 'index.html': { file: 'assets/main-1a2b.js' } }));
	const lines: string[] = [];
	const collect = new Writable({
		write(line, _, done) {
			lines.push(String(line));
			done();
		},
	});
	const log = createLog('info', collect);
	const store = openStore(dir);
	const settings = new Settings({ dataDir: dir, log });
	const certificate = new Certificate({ dataDir: dir, log, ...(names && { names }) });
	await certificate.ensure();
	const setup = setUp ? undefined : new Setup({ dataDir: dir, users: store.users, log });
	const show = new ShowStub(settings, { store, setUp: () => !setup?.first, log });
	show.door.start();
	show.file = join(dir, 'program.mp4');
	writeFileSync(show.file, '0123456789');
	const certificates = new Certificates(certificate, show.faults, log);
	const { canvas, version } = show.state.current.system;
	const showLog = new ShowLog({ entries: store.showLog, canvas, version, log });
	showLog.follow(show.state, watches);
	const api = createApi({
		show,
		store,
		settings,
		showLog,
		log,
		certificates,
		panelDir: options.panelDir ?? panelDir,
		// As the real ones, but for what they cost.
		passwords: new Passwords({ logN: 12, r: 8, p: 1 }),
		...(setup && { setup }),
	});
	const { httpUrl, httpsUrl } = await api.listen({ http: 0, https: 0 });
	const token = (role: Role) => store.tokens.create({ label: role, role, guest: role === 'guest' ? 'guest-ada' : null }).token;

	return {
		api,
		show,
		store,
		settings,
		showLog,
		dir,
		panelDir,
		certificate,
		certificates,
		httpUrl,
		httpsUrl,
		lines,
		log,
		tokens: { viewer: token('viewer'), guest: token('guest'), operator: token('operator'), technician: token('technician') },
		ask(method, path, { from, token: bearer, json, body: given, headers: more } = {}) {
			const headers = {
				...(bearer && { authorization: `Bearer ${bearer}` }),
				...(json !== undefined && { 'content-type': 'application/json' }),
				...more,
			};
			const body = json === undefined ? (given as string | undefined) : JSON.stringify(json);
			if (from !== undefined) return askFrom(from, httpUrl + path, { method, headers, body });
			return fetch(httpUrl + path, { method, redirect: 'manual', headers, body });
		},
		async stop() {
			await api.close();
			show.door.stop();
			showLog.stop();
			store.close();
			rmSync(dir, { recursive: true, force: true });
		},
	};
}
