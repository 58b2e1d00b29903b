import { accessSync, constants, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Canvas, parseCanvas } from '../../pipelines/canvas.js';
import { messageOf, StudioError } from '../util/errors.js';
import { isLogLevel, type LogLevel, logLevels } from '../util/log.js';
import { parseTestOptions, type TestOptions } from './testOptions.js';

export interface Options {
	/** Absolute path of the data folder. */
	dataDir: string;
	/** 0 = any free one. */
	httpPort: number;
	httpsPort: number;
	/** Null: from the settings. */
	canvas: Canvas | null;
	demo: boolean;
	/** Program, multiview and returns are streamed to whoever wants to watch. */
	viewers: boolean;
	logLevel: LogLevel;
	test: TestOptions;
}

export const usage = `R58 Studio

  npm start -- [options]

  --data DIR           folder for the database, certificates and recordings (default: ./data; created if missing)
  --http PORT          plain HTTP for this machine (default 8000; 0 = any free port)
  --https PORT         HTTPS for everyone else (default 8443; 0 = any free port)
  --canvas WxHpFPS     size and rate of the program (default: program.canvas of settings.yaml, else
                       1920x1080p30, with --demo 1280x720p30)
                       even sizes from 160x90 to 3840x2160, 5 to 60 frames a second; 23.976, 29.97 and 59.94 too
  --demo               moving test pictures in place of the HDMI inputs, and tokens printed at start
  --no-viewers         streams nothing to browsers, for a machine too slow to encode the multiview as well
  --log LEVEL          lowest level that is logged: error, warn, info (default) or debug
  --test NAME=VALUE    for the project's own tests (service/cli/testOptions.ts); may be given several times
  --help               this text
`;

function invalid(option: string, message: string): StudioError {
	return new StudioError('invalid', `--${option}: ${message}`);
}

/** The option overrides the settings, which override the default. */
export function canvasOf({ canvas, demo }: Options, set: string | null): Canvas {
	return canvas ?? parseCanvas(set ?? (demo ? '1280x720p30' : '1920x1080p30'));
}

function parsePort(option: string, text: string): number {
	const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
	if (!(port <= 65_535)) throw invalid(option, `"${text}" is not a port (0 to 65535, 0 = any free one)`);
	return port;
}

function readValues(argv: string[]) {
	try {
		return parseArgs({
			args: argv,
			strict: true,
			allowPositionals: false,
			options: {
				data: { type: 'string', default: 'data' },
				http: { type: 'string', default: '8000' },
				https: { type: 'string', default: '8443' },
				canvas: { type: 'string' },
				demo: { type: 'boolean', default: false },
				'no-viewers': { type: 'boolean', default: false },
				log: { type: 'string', default: 'info' },
				test: { type: 'string', multiple: true, default: [] },
				help: { type: 'boolean', default: false },
			},
		}).values;
	} catch (error) {
		// Node's first sentence names the option; the rest explains its parser.
		throw new StudioError('invalid', messageOf(error).split(/\n|\. /)[0]!);
	}
}

function canvasOption(text: string): Canvas {
	try {
		return parseCanvas(text);
	} catch (error) {
		throw invalid('canvas', messageOf(error));
	}
}

/** The options, or `null` for help. Throws StudioError `invalid` with one line that names the option. */
export function parseOptions(argv: string[]): Options | null {
	const values = readValues(argv);
	if (values.help) return null;
	if (values.data === '') throw invalid('data', 'needs a folder');
	const httpPort = parsePort('http', values.http);
	const httpsPort = parsePort('https', values.https);
	if (httpPort === httpsPort && httpPort !== 0) throw invalid('https', `${httpsPort} is already the port of --http`);
	const canvas = values.canvas === undefined ? null : canvasOption(values.canvas);
	if (!isLogLevel(values.log)) throw invalid('log', `"${values.log}" is not one of ${logLevels.join(', ')}`);
	return {
		dataDir: resolve(values.data),
		httpPort,
		httpsPort,
		canvas,
		demo: values.demo,
		viewers: !values['no-viewers'],
		logLevel: values.log,
		test: parseTestOptions(values.test),
	};
}

/** The command-line options; otherwise prints help (exit code 0) or the error (exit code 2) and exits. */
export function optionsOrExit(argv: string[]): Options {
	try {
		const options = parseOptions(argv);
		if (options) return options;
		process.stdout.write(usage);
		process.exit(0);
	} catch (error) {
		process.stderr.write(`r58-studio: ${messageOf(error)} (--help lists the options)\n`);
		process.exit(2);
	}
}

/** Not `recursive`: that never returns where a file system answers mkdir with ENOENT (/proc, Node 20). */
function makeFolder(dir: string): void {
	if (existsSync(dir)) return;
	const parent = dirname(dir);
	if (parent !== dir) makeFolder(parent);
	mkdirSync(dir, { mode: 0o750 });
}

/** Makes sure that the data folder exists and is writable; throws StudioError `disk` that names it otherwise. */
export function checkDataFolder(dir: string): void {
	const probe = join(dir, `.write-test-${process.pid}`);
	try {
		makeFolder(dir);
		if (!statSync(dir).isDirectory()) throw new Error('it is not a folder');
		accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
		// Read-only mounts and full disks pass the access check for root.
		writeFileSync(probe, 'r58');
	} catch (error) {
		throw new StudioError('disk', `data folder ${dir} is not usable: ${messageOf(error)}; choose another with --data`);
	} finally {
		try {
			rmSync(probe, { force: true });
		} catch {
			// Not a folder: reported above.
		}
	}
}
