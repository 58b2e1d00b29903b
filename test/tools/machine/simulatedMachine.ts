/** A machine made of files, as the kernel shows them in /proc and /sys: simulated, and no claim about any real one. */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const thermal = 'sys/class/thermal';

export class SimulatedMachine {
	readonly root = mkdtempSync(join(tmpdir(), 'r58-machine-'));

	put(path: string, text: string | number): void {
		const file = join(this.root, path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, `${text}\n`);
	}

	zone(number: number, type: string, celsius: number, passiveC?: number): void {
		const path = `${thermal}/thermal_zone${number}`;
		this.put(`${path}/type`, type);
		this.put(`${path}/temp`, celsius * 1000);
		if (passiveC === undefined) return;
		this.put(`${path}/trip_point_0_type`, 'passive');
		this.put(`${path}/trip_point_0_temp`, passiveC * 1000);
	}

	cooler(number: number, type: string, step: number, most: number): void {
		const path = `${thermal}/cooling_device${number}`;
		this.put(`${path}/type`, type);
		this.put(`${path}/max_state`, most);
		this.put(`${path}/cur_state`, step);
	}

	clock(policy: number, currentMHz: number, allowedMHz: number): void {
		const path = `sys/devices/system/cpu/cpufreq/policy${policy}`;
		this.put(`${path}/scaling_cur_freq`, currentMHz * 1000);
		this.put(`${path}/scaling_max_freq`, allowedMHz * 1000);
	}

	/** Counts since boot by line; a timer, an IPI and a non-number line are always there, and busy. */
	interrupts(lines: Record<string, [first: number, second: number]>): void {
		const rows = Object.entries(lines).map(([name, counts]) => {
			const [number, ...device] = name.split(' ');
			return ` ${number}: ${counts.join('   ')}     GICv3 102 Level     ${device.join(' ')}`;
		});
		const busy = Math.round(performance.now() * 1000);
		this.put(
			'proc/interrupts',
			[
				'           CPU0       CPU1',
				...rows,
				` 26:  ${busy}  ${busy}     GICv3  30 Level     arch_timer`,
				`IPI0:  ${busy}  ${busy}       Rescheduling interrupts`,
				'Err:          0',
			].join('\n'),
		);
	}

	/** The disk under `folder`: writes done, sectors written, ms spent on them. */
	disk(folder: string, { writes, sectors, ms, errors }: { writes: number; sectors: number; ms: number; errors: number }): void {
		const { dev } = statSync(folder);
		const [major, minor] = [Math.floor(dev / 256) % 4096, (dev % 256) + Math.floor(dev / 1_048_576) * 256];
		this.put(
			'proc/diskstats',
			` 7 0 loop0 0 0 0 0 0 0 0 0 0 0 0\n ${major} ${minor} simdisk1 9 9 9 9 ${writes} 0 ${sectors} ${ms} 0 1 1`,
		);
		this.put('sys/fs/ext4/simdisk1/errors_count', errors);
	}

	network(counters: Record<string, { rxBytes: number; txBytes: number; errors: number }>): void {
		const rows = Object.entries(counters).map(
			([name, { rxBytes, txBytes, errors }]) => `${name}: ${rxBytes} 1 ${errors} 0 0 0 0 0 ${txBytes} 1 0 0 0 0 0 0`,
		);
		this.put('proc/net/dev', ['Inter-| Receive', ' face |bytes', '    lo: 9 9 0 0 0 0 0 0 9 9 0 0 0 0 0 0', ...rows].join('\n'));
	}

	remove(): void {
		rmSync(this.root, { recursive: true, force: true });
	}
}
