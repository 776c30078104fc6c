import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The official checker and runtime, of the versions that the records here were made with. */
const PACKAGES = ['onnx==1.23.2', 'onnxruntime==1.32.0'];

/** Made once, and kept between runs. */
const folder = join(tmpdir(), 'convzoo-onnx-python');
const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** Milliseconds that pip may take: a machine without a registry must not hang. */
const PATIENCE = 240_000;

export type Python = { readonly python: string } | { readonly missing: string };

/** A Python that has the onnx and onnxruntime packages, made by pip if need be; or why there is none. */
export function onnxPython(): Python {
  try {
    if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe', timeout: PATIENCE });
    if (!has()) {
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', ...PACKAGES];
      execFileSync(python, pip, { stdio: 'pipe', timeout: PATIENCE });
    }
    return has() ? { python } : { missing: 'the packages do not load' };
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    const [last = String(error).split('\n')[0] ?? ''] = text.trim().split('\n').slice(-1).filter(Boolean);
    return { missing: `no Python with ${PACKAGES.join(' and ')}: ${last}` };
  }
}

function has(): boolean {
  try {
    execFileSync(python, ['-c', 'import onnx, onnxruntime'], { stdio: 'pipe', timeout: PATIENCE });
    return true;
  } catch {
    return false;
  }
}
