// npm run kernel: compiles assembly/resample.ts into src/resize/simd-kernel.ts (`--print` shows the text instead). The
// result is committed, so that nobody needs the compiler to build; test/simd-kernel.test.ts compiles again and compares.
import { readFile, writeFile } from 'node:fs/promises';
import asc from 'assemblyscript/asc';

const source = new URL('../assembly/resample.ts', import.meta.url);
const target = new URL('../src/resize/simd-kernel.ts', import.meta.url);

/** The text of src/resize/simd-kernel.ts. */
async function kernelModule() {
  const text = await readFile(source, 'utf8');
  /** @type {Uint8Array | undefined} */
  let bytes;
  const { error, stderr } = await asc.main(
    ['resample.ts', '--enable', 'simd', '--runtime', 'stub', '-O3', '--noAssert', '--outFile', 'resample.wasm'],
    {
      readFile: (name) => (name === 'resample.ts' ? text : null),
      writeFile: (name, contents) => {
        if (name === 'resample.wasm' && typeof contents !== 'string') bytes = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || bytes === undefined) throw error ?? new Error(stderr.toString());
  const base64 = Buffer.from(bytes).toString('base64');
  const lines = base64.match(/.{1,110}/g) ?? [];
  return [
    '// Compiled from assembly/resample.ts by `npm run kernel`; not to be edited.',
    '',
    `/** ${bytes.length} bytes of WebAssembly in base64. */`,
    'export const SIMD_KERNEL: string = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

const text = await kernelModule();
if (process.argv.includes('--print')) process.stdout.write(text);
else await writeFile(target, text);
