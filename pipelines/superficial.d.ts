/** The part of gstreamer-superficial 1.7.4 that is used here. */
declare module 'gstreamer-superficial' {
	export interface BusMessage {
		type: string;
		name?: string;
		message?: string;
		_src_element_name: string;
		[field: string]: unknown;
	}
	/** An element that takes commands; its other properties are set in the description. */
	export interface Element {
		command: string;
	}
	export class Pipeline {
		constructor(launch: string);
		play(): void;
		stop(): void;
		sendEOS(): void;
		findChild(name: string): Element | undefined;
		pollBus(callback: (message: BusMessage) => void): void;
	}
}
