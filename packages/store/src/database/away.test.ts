import { AtalayaError } from "@atalaya/errors";
import { expect, test } from "vitest";
import { errors } from "../errors.js";
import { isDatabaseAway } from "./away.js";

const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code });

test.each([
  coded("terminating connection due to administrator command", "57P01"),
  coded("the database system is starting up", "57P03"),
  coded("connect ECONNREFUSED 127.0.0.1:5432", "ECONNREFUSED"),
  new AggregateError([coded("connect ECONNREFUSED ::1:5432", "ECONNREFUSED")]),
  new Error("Connection terminated unexpectedly"),
  new Error("Client has encountered a connection error and is not queryable"),
  new Error("query failed", { cause: coded("read", "ECONNRESET") }),
  errors.DATABASE_UNREACHABLE({ address: "db", because: "it is away" }),
])("the server was not there: %s", (error) => expect(isDatabaseAway(error)).toBe(true));

const source = new AtalayaError({ code: "INGEST_SOURCE_AWAY", message: "no answer", status: 502, retryable: true });
Object.assign(source, { cause: coded("connect", "ECONNREFUSED") });

test.each([
  coded("duplicate key value violates unique constraint", "23505"),
  coded("canceling statement due to user request", "57014"),
  new Error("a step of the project failed"),
  source,
  "text",
  null,
])("that is another matter: %s", (error) => expect(isDatabaseAway(error)).toBe(false));
