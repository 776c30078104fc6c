import type { ComputeContext } from './context.js';
import type { Service } from './rpc/protocol.js';

/** What a page's `service.ts` exports. */
interface ServiceModule {
  createService(context: ComputeContext): Service;
}

/** The services of the worker, each fetched when its page first calls it. A new one is a line here. */
export const services = {
  build: () => import('../pages/build/service.js'),
  classify: () => import('../pages/classify/service.js'),
  compare: () => import('../pages/compare/service.js'),
  inside: () => import('../pages/inside/service.js'),
  lessons: () => import('../pages/inside/lessons/service.js'),
} satisfies Record<string, () => Promise<ServiceModule>>;

export type ServiceName = keyof typeof services;

/** The methods of each service. */
export type Services = {
  [Name in ServiceName]: ReturnType<Awaited<ReturnType<(typeof services)[Name]>>['createService']>;
};
