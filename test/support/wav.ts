/** Linear 16-bit mono audio. */
export interface Wav {
  readonly sampleRateHz: number;
  readonly samples: Int16Array;
}

const HEADER_BYTES = 44;

/** A WAV file of 16-bit mono samples. */
export function writeWav({ sampleRateHz, samples }: Wav): Buffer {
  const dataBytes = samples.length * 2;
  const file = Buffer.alloc(HEADER_BYTES + dataBytes);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(sampleRateHz, 24);
  file.writeUInt32LE(sampleRateHz * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(dataBytes, 40);
  for (let index = 0; index < samples.length; index += 1) {
    file.writeInt16LE(samples[index] ?? 0, HEADER_BYTES + index * 2);
  }
  return file;
}

/**
 * Reads a WAV file of 16-bit mono samples, also one that is still being written: then the data chunk runs to the
 * end of the file, whatever its length field says.
 * @throws {Error} when it is something else
 */
export function readWav(file: Buffer): Wav {
  if (file.toString("latin1", 0, 4) !== "RIFF" || file.toString("latin1", 8, 12) !== "WAVE") {
    throw new Error("not a WAV file");
  }
  let sampleRateHz = 0;
  for (let offset = 12; offset + 8 <= file.length;) {
    const id = file.toString("latin1", offset, offset + 4);
    const length = file.readUInt32LE(offset + 4);
    const start = offset + 8;
    if (id === "fmt ") {
      if (file.readUInt16LE(start + 2) !== 1 || file.readUInt16LE(start + 14) !== 16)
        throw new Error("not 16-bit mono");
      sampleRateHz = file.readUInt32LE(start + 4);
    }
    if (id === "data") return { sampleRateHz, samples: readPcm(file.subarray(start)) };
    offset = start + length + (length % 2);
  }
  throw new Error("WAV file without data");
}

/** Little-endian 16-bit samples; an odd last byte is left out. */
export function readPcm(bytes: Buffer): Int16Array {
  const samples = new Int16Array(Math.floor(bytes.length / 2));
  for (let index = 0; index < samples.length; index += 1) samples[index] = bytes.readInt16LE(index * 2);
  return samples;
}
