/** A data folder as a start finds it, as far as the panel: everything but the pipelines is the real thing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Certificate } from '../../service/access/certificate.js';
import { Certificates } from '../../service/access/certificates.js';
import { createApi } from '../../service/api.js';
import { finishPending } from '../../service/backup/pending.js';
import type { State } from '../../service/contract/state.js';
import { watches } from '../../service/nouns.js';
import { Settings } from '../../service/settings/settings.js';
import { ShowLog } from '../../service/showLog/showLog.js';
import { DeviceKey } from '../../service/store/deviceKey.js';
import { KeyFiles } from '../../service/store/keyFiles.js';
import { LeftOut } from '../../service/store/leftOut.js';
import { openStore } from '../../service/store/store.js';
import { createStudio, type Studio } from '../../service/studio.js';
import { BootGuard } from '../../service/system/bootGuard.js';
import { type Folder, silent } from './dataFolder.js';

const canvas = { width: 160, height: 90, fpsNum: 10, fpsDen: 1 };
/** What the pages of the panel ask for first. */
const paths = [
	'/',
	'/switcher',
	'/api/health',
	'/api/state',
	'/api/recordings',
	'/api/tokens',
	'/api/users',
	'/api/sessions',
	'/api/log',
	'/api/log/export?format=csv',
	'/api/audit',
	'/api/backup',
];

export interface Panel {
	state: State;
	studio: Studio;
	settings: Settings;
	httpUrl: string;
	token: string;
	/** Answers that are none, by path. */
	broken: string[];
}

/** Starts from the folder, asks for what a panel asks for, lets `use` do something, and ends again. */
export async function panelOf(folder: Folder, use: (panel: Panel) => unknown = () => {}): Promise<Panel> {
	const { dataDir, keysDir } = folder;
	const log = silent;
	const panelDir = join(dataDir, 'panel');
	mkdirSync(panelDir, { recursive: true });
	writeFileSync(join(panelDir, 'index.html'), '<!doctype html><title>panel</title>');
	const leftOut = new LeftOut();
	finishPending({ ...folder, log, leftOut });
	const store = openStore(dataDir, leftOut);
	const key = new DeviceKey(new KeyFiles(keysDir, log));
	const settings = new Settings({ dataDir, log, key });
	const certificate = new Certificate({ dataDir, dir: keysDir, log, names: () => ['127.0.0.1'] });
	await certificate.ensure();
	const showLog = new ShowLog({ entries: store.showLog, canvas, version: '0.0.0', log });
	const guard = new BootGuard(store.settings);
	const studio = createStudio({
		canvas,
		dataDir,
		demo: true,
		viewers: true,
		test: {},
		guard,
		version: '0.0.0',
		store,
		settings,
		key,
		setUp: () => true,
		showLog,
		log,
	});
	const certificates = new Certificates(certificate, studio.faults, log);
	const api = createApi({ show: studio, store, settings, showLog, log, certificates, panelDir });
	try {
		studio.restore();
		showLog.follow(studio.state, watches);
		const { token } = store.tokens.create({ label: 'technician', role: 'technician' });
		const { httpUrl } = await api.listen({ http: 0, https: 0 });
		const broken: string[] = [];
		for (const path of paths) {
			const answer = await fetch(httpUrl + path, { headers: { authorization: `Bearer ${token}` } });
			// Health is "down" while nothing runs.
			if (answer.status !== 200 && path !== '/api/health') broken.push(`${path}: ${answer.status} ${await answer.text()}`);
			else await answer.arrayBuffer();
		}
		const panel = { state: studio.state.snapshot(), studio, settings, httpUrl, token, broken };
		await use(panel);
		return panel;
	} finally {
		await api.close();
		await studio.stop();
		showLog.stop();
		guard.reset();
		store.close();
	}
}
