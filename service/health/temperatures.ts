import type { Figure, Probe } from './figures.js';
import type { MachineFiles } from './files.js';

const thermal = '/sys/class/thermal';
const hwmon = '/sys/class/hwmon';
/** Where the kernel names no trip point, °C: most chips throttle around here. */
const usualLimitC = 85;
/** Lower trip points are for fans. */
const leastTripC = 60;

interface Sensor {
	name: string;
	path: string;
	limitC: number;
}

/** Thermal zones, or without them the sensors of hwmon. Each is searched for once. */
export class Temperatures implements Probe {
	#sensors: Sensor[] | null = null;

	constructor(private readonly files: MachineFiles) {}

	async read(): Promise<Figure[]> {
		this.#sensors ??= await this.#find();
		const figures = this.#sensors.map(async ({ name, path, limitC }): Promise<Figure[]> => {
			const milli = await this.files.number(path);
			return milli === null ? [] : [{ group: 'temperature', name, value: Math.round(milli / 100) / 10, limit: limitC }];
		});
		return (await Promise.all(figures)).flat();
	}

	async #find(): Promise<Sensor[]> {
		const zones = await this.files.names(thermal, /^thermal_zone\d+$/);
		const found = await Promise.all(
			zones.map(async (zone): Promise<Sensor> => {
				const path = `${thermal}/${zone}`;
				const type = (await this.files.text(`${path}/type`)) ?? zone;
				return { name: type, path: `${path}/temp`, limitC: await this.#limit(path) };
			}),
		);
		return found.length > 0 ? unique(found) : unique(await this.#chips());
	}

	/** The lowest trip point at which the kernel throttles or stops the machine. */
	async #limit(path: string): Promise<number> {
		const types = await this.files.names(path, /^trip_point_\d+_type$/);
		const trips = await Promise.all(
			types.map(async (file) => {
				const [type, milli] = await Promise.all([
					this.files.text(`${path}/${file}`),
					this.files.number(`${path}/${file.replace('_type', '_temp')}`),
				]);
				return milli !== null && ['passive', 'hot', 'critical'].includes(type ?? '') ? milli / 1000 : Number.NaN;
			}),
		);
		const useful = trips.filter((trip) => trip >= leastTripC);
		return useful.length > 0 ? Math.min(...useful) : usualLimitC;
	}

	async #chips(): Promise<Sensor[]> {
		const chips = await this.files.names(hwmon, /^hwmon\d+$/);
		const sensors = chips.map(async (chip) => {
			const name = (await this.files.text(`${hwmon}/${chip}/name`)) ?? chip;
			const inputs = await this.files.names(`${hwmon}/${chip}`, /^temp\d+_input$/);
			return inputs.map((input) => ({
				name: `${name} ${input.slice(4, -6)}`,
				path: `${hwmon}/${chip}/${input}`,
				limitC: usualLimitC,
			}));
		});
		return (await Promise.all(sensors)).flat();
	}
}

/** Two of the same name would be one line in the chart. */
function unique(sensors: Sensor[]): Sensor[] {
	return sensors.map((sensor, index) =>
		sensors.findIndex(({ name }) => name === sensor.name) === index ? sensor : { ...sensor, name: `${sensor.name} ${index}` },
	);
}
