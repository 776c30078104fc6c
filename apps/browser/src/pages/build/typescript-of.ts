import { toTypeScript } from './composition/typescript.js';
import type { Draft } from './draft.js';

/**
 * The network of a draft as TypeScript, where that is not its own text: the code of the blocks, or a graph of JSON as it is.
 * Undefined where the graph has ops that the packages of this project do not define.
 */
export function typescriptOf({ composition, text }: Draft): string | undefined {
  if (text === undefined) return toTypeScript(composition);
  if (text.language === 'typescript') return text.value;
  if (text.zoo !== undefined) {
    return `import type { Graph } from '@convzoo/layers';\nimport { buildModel } from '@convzoo/zoo';\n\nexport default (): Graph => buildModel('${text.zoo}');\n`;
  }
  if (/"op":\s*"custom"/.test(text.value)) return undefined;
  return `import { graphFromJson } from '@convzoo/layers';\n\nexport default graphFromJson(${text.value.trim()});\n`;
}
