export interface Status {
	/** waiting: lost or refused for now, the next try is planned. refused: given up, only a person can change it. */
	phase: 'idle' | 'connecting' | 'live' | 'waiting' | 'refused';
	/** For the person at the screen; null when all is well. */
	message: string | null;
	/** What is wrong, for pages that have words of their own. */
	failure?: Failure;
	/** The service's error code, when it refused. */
	code?: string | null;
}

export type Failure = 'lost' | 'no-path' | 'no-media' | 'unanswered' | 'unusable' | 'refused';

/** What the browser holds its own picture back for. */
export type Limitation = 'none' | 'cpu' | 'bandwidth';
