import type { FastifyInstance } from "@atalaya/serve";
import { errors } from "../errors.js";

/**
 * Refuses changes that a page of another site asks for: browsers say where a request comes from. A program says nothing
 * and is let through. A JSON body already needs a permission that this server never gives.
 */
export function refuseOtherSites(app: FastifyInstance): void {
  app.addHook("onRequest", (request, _reply, done) => {
    const site = request.headers["sec-fetch-site"];
    const isChange = request.method !== "GET" && request.method !== "HEAD";
    if (isChange && typeof site === "string" && site !== "same-origin" && site !== "none") {
      done(errors.OTHER_SITE({ site: site.slice(0, 50) }));
    } else done();
  });
}
