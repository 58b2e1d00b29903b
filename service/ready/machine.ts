import type { Certificates } from '../contract/certificates.js';
import { type Check, check, type Finding, fail, off, ok, warn } from '../contract/ready.js';
import type { Facts, MachineFacts } from './facts.js';

/** The RK3588 throttles from 85 °C (its thermal trip point); other machines later. */
const hotC = { warn: 75, fail: 85 };
const dayMs = 86_400_000;
const certificateDays = { warn: 14, fail: 1 };

export function machineChecks({ machine, certificates, now }: Facts): Check[] {
	return [
		check('machine', 'clock', 'Clock', clockFinding(machine)),
		check('machine', 'temperature', 'Temperature', temperatureFinding(machine)),
		check('machine', 'certificate', 'Certificate', certificateFinding(certificates, now)),
	];
}

function clockFinding({ clockSynchronised }: MachineFacts): Finding {
	if (clockSynchronised === null) return off('Synchronisation cannot be measured here');
	return clockSynchronised
		? ok('Synchronised')
		: warn('Not synchronised: times in file names and logs may be wrong', 'Connect the network, or set a time server');
}

export function temperatureFinding({ temperatureC }: MachineFacts): Finding {
	if (temperatureC === null) return off('Cannot be measured here');
	const text = `${Math.round(temperatureC)} °C`;
	if (temperatureC >= hotC.fail) return fail(`${text}: the processor is throttling`, 'Improve the airflow; turn the fan on');
	if (temperatureC >= hotC.warn) return warn(`${text} is warm`, 'Improve the airflow; keep the device out of the sun');
	return ok(text);
}

/** Of the preferred certificate. */
export function certificateFinding({ served, acmeError }: Certificates, now: Date): Finding {
	const first = served[0];
	if (!first) return fail('No certificate', 'Restart the studio');
	const days = Math.floor((Date.parse(first.validTo) - now.getTime()) / dayMs);
	const until = `valid until ${first.validTo.slice(0, 10)}`;
	const remedy = 'See the certificates on the System page';
	if (Date.parse(first.validFrom) > now.getTime())
		return fail(`Not valid before ${first.validFrom.slice(0, 10)}`, 'Check the clock');
	if (days < certificateDays.fail) return fail(`Expires within a day: ${until}`, remedy);
	if (days < certificateDays.warn) return warn(`Expires in ${days} days: ${until}`, remedy);
	if (acmeError !== null) return warn(`${until}, but renewal fails: ${acmeError}`, remedy);
	if (first.kind === 'device')
		return ok(`Signed by this device, ${until}; guests outside need a certificate for the public name`);
	return ok(`For ${first.names.join(', ')}, ${until}`);
}
