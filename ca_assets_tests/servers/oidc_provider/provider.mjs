// The certified provider `oidc-provider` on a port of this machine, with people as the test wants them. Between it and its token answers
// stands a forger: PUT /forge names what is done to the next ID tokens ("": nothing). Arguments: port, callback, address after log-out.
import { generateKeyPair, exportJWK, importJWK, SignJWT, UnsecuredJWT, decodeJwt, decodeProtectedHeader } from "jose";
import Provider from "oidc-provider";

const [port, callback, left] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const people = new Map();
let forgery = "";

const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const key = { ...(await exportJWK(privateKey)), kid: "first", use: "sig", alg: "RS256" };
const signing = await importJWK(key, "RS256");
const stranger = (await generateKeyPair("RS256")).privateKey;

const provider = new Provider(issuer, {
  clients: [{ client_id: "analytics", client_secret: "a secret of the test client", redirect_uris: [callback],
              post_logout_redirect_uris: [left], token_endpoint_auth_method: "client_secret_basic" }],
  jwks: { keys: [key] },
  cookies: { keys: ["cookies of a test"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["preferred_username", "name", "role"] },
  scopes: ["openid", "email", "profile"],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: async (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people.get(id) }) }),
});

const sign = (claims, header, secret) => new SignJWT(claims).setProtectedHeader(header).sign(secret);
const forgeries = {
  key: (claims, header) => sign(claims, header, stranger),
  none: (claims) => new UnsecuredJWT(claims).encode(),
  hmac: (claims, header) => sign(claims, { ...header, alg: "HS256" }, new TextEncoder().encode("a secret of the test client")),
  audience: (claims, header) => sign({ ...claims, aud: "another application" }, header, signing),
  audiences: (claims, header) => sign({ ...claims, aud: ["analytics", "another"], azp: "another" }, header, signing),
  issuer: (claims, header) => sign({ ...claims, iss: "https://evil.example" }, header, signing),
  expired: (claims, header) => sign({ ...claims, iat: claims.iat - 3600, exp: claims.iat - 120 }, header, signing),
  future: (claims, header) => sign({ ...claims, iat: claims.iat + 3600, nbf: claims.iat + 3600, exp: claims.iat + 7200 }, header, signing),
  nonce: (claims, header) => sign({ ...claims, nonce: "of somebody else" }, header, signing),
  "no nonce": ({ nonce, ...claims }, header) => sign(claims, header, signing),
  subject: (claims, header) => sign({ ...claims, sub: "admin" }, header, signing),
  "clock skew": (claims, header) => sign({ ...claims, iat: claims.iat - 3600, exp: Math.floor(Date.now() / 1000) - 30 }, header, signing),
  missing: () => undefined,
  garbage: () => "a.b.c",
};

async function body(ctx) {
  const parts = [];
  for await (const part of ctx.req) parts.push(part);
  return Buffer.concat(parts).toString();
}

provider.use(async (ctx, next) => {
  if (ctx.method === "PUT" && ctx.path === "/forge") { forgery = await body(ctx); ctx.status = 204; return; }
  if (ctx.method === "PUT" && ctx.path === "/people") { for (const [id, claims] of Object.entries(JSON.parse(await body(ctx)))) people.set(id, claims); ctx.status = 204; return; }
  await next();
  if (forgery && ctx.path === "/token" && ctx.body?.id_token) {
    ctx.body.id_token = await forgeries[forgery](decodeJwt(ctx.body.id_token), decodeProtectedHeader(ctx.body.id_token));
  }
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
