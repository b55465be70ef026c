/** Pixels. */
export const px = (value: number) => value.toFixed(1);

export const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;

export const escape = (text: string) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
