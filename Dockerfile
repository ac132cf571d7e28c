# The server alone, as it is built from this repository. `docker build -t skygear-server .`

# What decides which packages are installed, so that they are installed anew only when it changes.
# Without scripts: the image's own Node builds, and nothing native has to be compiled.
FROM node:24-slim AS manifests
WORKDIR /build
COPY .npmrc package.json package-lock.json ./
COPY packages/server/package.json packages/server/
COPY packages/skygear/package.json packages/skygear/

FROM manifests AS dependencies
# The folder is where npm puts what the server needs in another version than other packages do.
RUN npm ci --ignore-scripts --omit=dev --workspace packages/server \
 && mkdir -p packages/server/node_modules

FROM manifests AS build
RUN npm ci --ignore-scripts --include-workspace-root --workspace packages/server
COPY LICENSE tsconfig.json ./
COPY packages packages
# The files may be their owner's alone where they come from; here the user `node` reads them.
RUN cd packages/server && npx --no tsdown \
 && chmod -R a+rX /build/LICENSE package.json bin dist templates

FROM node:24-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/var/lib/skygear
# For SQLite and for keys that are made on first start; not used when the settings give the keys
# and a PostgreSQL database.
RUN install --directory --owner=node --group=node --mode=0700 /var/lib/skygear \
 && ln -s /app/packages/server/bin/skygear-server.mjs /usr/local/bin/skygear-server
COPY --from=build /build/LICENSE /app/
COPY --from=dependencies /build/node_modules /app/node_modules
COPY --from=dependencies /build/packages/server/node_modules /app/packages/server/node_modules
COPY --from=build /build/packages/server/package.json /app/packages/server/
COPY --from=build /build/packages/server/bin /app/packages/server/bin
COPY --from=build /build/packages/server/templates /app/packages/server/templates
COPY --from=build /build/packages/server/dist /app/packages/server/dist
USER node
VOLUME /var/lib/skygear
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/_status/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["skygear-server"]
CMD ["serve"]
