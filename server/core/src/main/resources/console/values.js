// Keys and values as a person reads them.

export const bytesOf = (base64) => Uint8Array.from(atob(base64 || ''), (letter) => letter.charCodeAt(0));
export const base64Of = (array) => {
  let text = '';
  for (const one of array) text += String.fromCharCode(one);
  return btoa(text);
};

const lenient = (array) => new TextDecoder().decode(array);
const hex = (array) => [...array].map((one) => one.toString(16).padStart(2, '0')).join(' ');
const SHOWN_BYTES_MAX = 65536;

function strict(array) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(array);
  } catch {
    return undefined;
  }
}

/** A key as text; bytes that are no text as \xNN. */
export function keyText(array) {
  const plain = strict(array);
  return plain !== undefined && !/[\u0000-\u001f\u007f]/.test(plain) ? plain
    : [...array].map((one) => (one > 31 && one < 127 ? String.fromCharCode(one)
      : '\\x' + one.toString(16).padStart(2, '0'))).join('');
}

/** The end of the range of all keys that begin so; one zero byte: no end. */
export function prefixEnd(array) {
  const end = [...array];
  while (end.length && end[end.length - 1] === 255) end.pop();
  if (!end.length) return Uint8Array.of(0);
  end[end.length - 1]++;
  return Uint8Array.from(end);
}

/** The first field of this number that holds bytes; undefined where there is none, or no protobuf. */
function field(message, wanted) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; shift < 49 && at < message.length; shift += 7) {
      const one = message[at++];
      value += (one & 127) * 2 ** shift;
      if (one < 128) return value;
    }
    return NaN;
  };
  while (at < message.length) {
    const tag = varint(), kind = tag % 8;
    if (kind === 0) varint();
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else if (kind === 2) {
      const length = varint(), from = at;
      if (!(from + length <= message.length)) return undefined;
      at += length;
      if (Math.floor(tag / 8) === wanted) return message.subarray(from, at);
    } else return undefined;
  }
  return undefined;
}

const fieldText = (message, wanted) => lenient((message && field(message, wanted)) || new Uint8Array());

// Kubernetes keeps protobuf behind four bytes of magic: 1 { 1 apiVersion, 2 kind }, 2 the object, in which
// 1 is its metadata { 1 name, 3 namespace }.
function envelope(array) {
  if (array.length < 6 || lenient(array.subarray(0, 4)) !== 'k8s\0') return undefined;
  const unknown = array.subarray(4);
  const type = field(unknown, 1);
  if (!type) return undefined;
  const object = field(unknown, 2);
  const meta = object && field(object, 1);
  const name = [fieldText(meta, 3), fieldText(meta, 1)].filter(Boolean).join('/');
  return { kind: `Kubernetes ${fieldText(type, 1)} ${fieldText(type, 2)}${name ? ` ${name}` : ''}`,
    body: object || new Uint8Array() };
}

function dump(array) {
  const lines = [];
  for (let at = 0; at < array.length; at += 16) {
    const part = array.subarray(at, at + 16);
    const letters = [...part].map((one) => (one > 31 && one < 127 ? String.fromCharCode(one) : '.')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex(part).padEnd(47)}  ${letters}`);
  }
  return lines.join('\n');
}

/** What a value is, and its text. */
export function decoded(array) {
  const size = `${array.length} bytes`;
  const kubernetes = envelope(array);
  if (kubernetes) return { kind: `${kubernetes.kind}, ${size}`, text: dump(kubernetes.body.subarray(0, SHOWN_BYTES_MAX)) };
  if (array.length > SHOWN_BYTES_MAX) {
    return { kind: `${size}, the first ${SHOWN_BYTES_MAX}`, text: dump(array.subarray(0, SHOWN_BYTES_MAX)) };
  }
  const plain = strict(array);
  if (plain === undefined || /[\u0000-\u0008\u000e-\u001f]/.test(plain)) return { kind: `Binary, ${size}`, text: dump(array) };
  try {
    const json = JSON.parse(plain);
    // A number alone would lose digits, and is text as well.
    if (json !== null && typeof json === 'object') return { kind: `JSON, ${size}`, text: JSON.stringify(json, null, 2) };
  } catch { /* text */ }
  return { kind: `Text, ${size}`, text: plain };
}
