/** The most characters of a note, on a bundle or on a run: the core takes as much. */
export const MAX_NOTE = 1000;
