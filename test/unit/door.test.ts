import * as assert from 'uvu/assert';
import { Door } from '../../service/door.js';
import { StudioError } from '../../service/errors.js';
import { ShowStub } from '../tools/showStub.js';
import { test } from '../tools/suite.js';

const start = Date.parse('2026-01-01T12:00:00Z');
const second = 1000;
let show: ShowStub;
let open: boolean;
let full: boolean;
let unseated: string[];
let door: Door;
test.before.each(() => {
	show = new ShowStub();
	open = true;
	full = false;
	unseated = [];
	door = new Door({
		state: show.state,
		open: () => open,
		seat: (name) => {
			if (full) throw new StudioError('no-slot', 'full');
			return { guest: `guest-${name}`, token: `token-${name}` };
		},
		unseat: (guest) => unseated.push(guest),
	});
});

const waiting = () => Object.values(show.state.current.door);
function refusal(action: () => unknown): string {
	try {
		action();
	} catch (error) {
		if (error instanceof StudioError) return error.code;
		throw error;
	}
	return 'none';
}

test('who knocks is shown to the operator; who is admitted gets the token of a seat', () => {
	const { ticket } = door.knock('Ada', '192.168.1.7', start);
	assert.equal(door.ask(ticket, start + second), { state: 'waiting' });
	const [{ id, name, address }] = waiting() as [ReturnType<typeof waiting>[0]];
	assert.equal([name, address], ['Ada', '192.168.1.7']);
	assert.not.ok(JSON.stringify(waiting()).includes(ticket));
	assert.is(door.admit(id, start + 2 * second), 'guest-Ada');
	assert.equal(waiting(), []);
	assert.equal(door.ask(ticket, start + 3 * second), { state: 'admitted', token: 'token-Ada' });
	assert.is(
		refusal(() => door.admit(id)),
		'not-found',
		'once only',
	);
	door.sweep(start + 3_600 * second);
	assert.equal(unseated, []);
});

test('who is refused is told', () => {
	const { ticket } = door.knock('Ada', '192.168.1.7', start);
	door.refuse(waiting()[0]!.id, start);
	assert.equal(waiting(), []);
	assert.equal(door.ask(ticket, start + second), { state: 'refused' });
});

test('a full studio keeps who waits waiting', () => {
	const { ticket } = door.knock('Ada', '192.168.1.7', start);
	full = true;
	assert.is(
		refusal(() => door.admit(waiting()[0]!.id, start)),
		'no-slot',
	);
	assert.equal(door.ask(ticket, start + second), { state: 'waiting' });
});

test('the seat of somebody who was gone by then is taken back', () => {
	door.knock('Ada', '192.168.1.7', start);
	door.admit(waiting()[0]!.id, start);
	door.sweep(start + 119 * second);
	assert.equal(unseated, []);
	door.sweep(start + 121 * second);
	assert.equal(unseated, ['guest-Ada']);
});

test('waiting ends by silence, by leaving, after ten minutes, and when the door is shut', () => {
	const silent = door.knock('Silent', '192.168.1.1', start);
	const leaving = door.knock('Leaving', '192.168.1.2', start);
	const patient = door.knock('Patient', '192.168.1.3', start);
	door.leave(leaving.ticket);
	const names = () => waiting().map(({ name }) => name);
	assert.equal(names(), ['Silent', 'Patient']);
	door.ask(silent.ticket, start);
	door.ask(patient.ticket, start);
	door.sweep(start + 89 * second);
	assert.equal(names(), ['Silent', 'Patient']);
	for (let now = start; now < start + 590 * second; now += 30 * second) door.ask(patient.ticket, now);
	assert.equal(names(), ['Patient']);
	assert.is(
		refusal(() => door.ask(silent.ticket, start)),
		'not-found',
	);
	door.sweep(start + 601 * second);
	assert.equal(names(), []);

	door.knock('Late', '192.168.1.4', start);
	open = false;
	assert.is(
		refusal(() => door.knock('Later', '192.168.1.5', start)),
		'forbidden',
	);
	door.sweep(start);
	assert.equal(names(), []);
});

test('a page that was closed as it knocked, before it had its ticket, is gone soon', () => {
	door.knock('Gone', '192.168.1.1', start);
	door.sweep(start + 14 * second);
	assert.is(waiting().length, 1);
	door.sweep(start + 16 * second);
	assert.is(waiting().length, 0);
});

test('one machine can neither fill the door nor knock without end', () => {
	const knock = (address: string, now = start) => refusal(() => door.knock('X', address, now));
	assert.equal(
		[1, 2, 3, 4].map(() => knock('192.168.1.1')),
		['none', 'none', 'none', 'busy'],
	);
	for (let machine = 2; machine <= 4; machine++) for (let i = 0; i < 3; i++) assert.is(knock(`192.168.1.${machine}`), 'none');
	assert.is(knock('192.168.1.9'), 'busy');

	for (const { id } of waiting()) door.refuse(id, start);
	const again = () => {
		const code = knock('192.168.1.50');
		for (const { id } of waiting()) door.refuse(id, start);
		return code;
	};
	assert.equal([1, 2, 3, 4, 5, 6, 7].map(again), ['none', 'none', 'none', 'none', 'none', 'none', 'rate-limited']);
	assert.is(knock('192.168.1.50', start + 61 * second), 'none');
});

test.run();
