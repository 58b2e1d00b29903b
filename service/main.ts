import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Certificate } from './access/certificate.js';
import { Certificates } from './access/certificates.js';
import { Setup } from './access/setup.js';
import { createApi } from './api.js';
import { finishPending } from './backup/pending.js';
import { canvasOf, checkDataFolder, optionsOrExit } from './cli/options.js';
import { watches } from './nouns.js';
import { secretsOf } from './settings/secrets.js';
import { Settings } from './settings/settings.js';
import { ShowLog } from './showLog/showLog.js';
import { DeviceKey } from './store/deviceKey.js';
import { KeyFiles, keyFolder } from './store/keyFiles.js';
import { LeftOut } from './store/leftOut.js';
import { openStore } from './store/store.js';
import { createStudio } from './studio.js';
import { BootGuard } from './system/bootGuard.js';
import { earlierLog } from './system/journal.js';
import { OpenPorts } from './system/openPorts.js';
import { removeRuntime, writeRuntime } from './system/runtimeFile.js';
import { ServiceManager } from './system/serviceManager.js';
import { statusLine } from './system/statusLine.js';
import { Watchdog } from './system/watchdog.js';
import { messageOf, StudioError } from './util/errors.js';
import { createLog, type Log } from './util/log.js';
import { programFolder, programVersion } from './util/program.js';

/** Exit codes: 2 wrong options, 3 something outside (a taken port, an unusable folder), 1 a defect. */
const EXIT = { defect: 1, outside: 3 };
/** A stop that takes longer is a defect; whatever is left dies with the process. */
const STOP_TIMEOUT_MS = 8_000;
const DEMO_TOKEN_S = 7 * 86_400;
/** systemd restarts the service when it ends (Restart=always). Read before it is removed from the environment. */
const isManaged = process.env.NOTIFY_SOCKET !== undefined;

async function main(): Promise<void> {
	const options = optionsOrExit(process.argv.slice(2));
	const log = createLog(options.logLevel);
	endOnDefect(log);
	const manager = new ServiceManager(log);
	checkDataFolder(options.dataDir);
	const statusToken = randomBytes(24).toString('base64url');
	const keysDir = keyFolder(options.dataDir, programFolder);
	const leftOut = new LeftOut();
	const notRestored = finishPending({ dataDir: options.dataDir, keysDir, log, leftOut });
	const store = openStore(options.dataDir, leftOut);
	const key = new DeviceKey(new KeyFiles(keysDir, log));
	const overrides = new Map(options.canvas ? [['program.canvas', '--canvas']] : []);
	const settings = new Settings({ dataDir: options.dataDir, log, key, overrides });
	const hideSecrets = () => log.redaction.hide([...secretsOf(settings.current), statusToken]);
	hideSecrets();
	settings.on('change', hideSecrets);
	void earlierLog().then((lines) => log.lines.addEarlier(lines.map((line) => log.redaction.clean(line))));
	const certificate = new Certificate({ dataDir: options.dataDir, dir: keysDir, log });
	await certificate.ensure();
	const version = programVersion();
	const { dataDir, demo, test } = options;
	const canvas = canvasOf(options, settings.current.program.canvas);
	if (!demo) store.tokens.removeOfDemo();
	const guard = new BootGuard(store.settings);
	const showLog = new ShowLog({ entries: store.showLog, canvas, version, log });
	const setup = demo ? undefined : new Setup({ dataDir, users: store.users, log });
	const setUp = () => !setup?.first;
	const studio = createStudio({
		canvas,
		dataDir,
		demo,
		viewers: options.viewers,
		test,
		guard,
		version,
		store,
		settings,
		key,
		setUp,
		showLog,
		log,
	});
	const api = createApi({
		show: studio,
		store,
		settings,
		showLog,
		log,
		certificates: new Certificates(certificate, studio.faults, log),
		panelDir: join(programFolder, 'dist/panel/'),
		statusToken,
		quietMs: test.quietMs,
		restart: isManaged ? () => void stop('restart') : null,
		...(setup && { setup }),
	});

	const watchdog = new Watchdog({
		manager,
		deadlineMs: test.programDeadlineMs,
		program: () => studio.programSign(),
		safeMode: () => studio.state.current.system.safeMode,
		status: () => statusLine(studio.state.current, studio.onAir.now),
		log,
	});

	let stopping = false;
	const stop = async (signal: string) => {
		if (stopping) return;
		stopping = true;
		log.info({ signal }, 'stopping');
		watchdog.stop();
		setTimeout(() => process.exit(EXIT.defect), STOP_TIMEOUT_MS).unref();
		settings.stop();
		await api.close();
		await studio.stop();
		showLog.stop();
		guard.reset();
		removeRuntime(dataDir);
		store.close();
		process.exit(0);
	};
	process.on('SIGTERM', (signal) => void stop(signal));
	process.on('SIGINT', (signal) => void stop(signal));

	studio.warm();
	studio.restore();
	showLog.follow(studio.state, watches);
	settings.watch();
	if (notRestored !== null) {
		studio.faults.raise({ code: 'restore-failed', subject: 'restore', params: { error: notRestored } });
	}
	const { httpUrl, httpsUrl } = await api.listen({ http: options.httpPort, https: options.httpsPort });
	writeRuntime(dataDir, { pid: process.pid, http: httpUrl, token: statusToken });
	new OpenPorts({ dataDir, http: httpUrl, https: httpsUrl, settings, state: studio.state, log }).follow();
	// The API answers from here on; the watchdog watches that the media run.
	watchdog.start();
	await studio.start();
	const tokens = options.demo ? demoTokens() : {};
	process.stdout.write(`${JSON.stringify({ event: 'ready', http: httpUrl, https: httpsUrl, ...tokens })}\n`);

	/** Tokens of earlier runs stay valid, so that an open panel survives a restart. */
	function demoTokens(): { operatorToken: string; technicianToken: string } {
		const create = (role: 'operator' | 'technician') =>
			store.tokens.create({ label: 'demo', role, kind: 'demo', expiresInS: DEMO_TOKEN_S }).token;
		return { operatorToken: create('operator'), technicianToken: create('technician') };
	}
}

/** An uncaught error leaves an unknown state: the show does not continue with it, but restarts (by systemd, within 3 s). */
function endOnDefect(log: Log): void {
	for (const event of ['uncaughtException', 'unhandledRejection'] as const)
		process.on(event, (reason: unknown) => {
			log.fatal({ err: reason, event }, 'unexpected error: the service exits and is restarted');
			process.exit(EXIT.defect);
		});
}

main().catch((error: unknown) => {
	const known = error instanceof StudioError;
	process.stderr.write(`r58-studio: ${known ? messageOf(error) : error instanceof Error ? error.stack : String(error)}\n`);
	process.exit(known ? EXIT.outside : EXIT.defect);
});
