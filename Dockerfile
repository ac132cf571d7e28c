# The server alone, as it is built from this repository. `docker build -t skygear-server .`

FROM node:24-slim AS build
WORKDIR /build
COPY . .
# Without scripts: the image's own Node builds, and nothing native has to be compiled.
RUN npm ci --ignore-scripts --no-audit --no-fund --include-workspace-root --workspace packages/server \
 && node scripts/build.ts \
 && npm ci --ignore-scripts --no-audit --no-fund --omit=dev --workspace packages/server \
 && rm -r packages/server/src

FROM node:24-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/var/lib/skygear
COPY --from=build /build/node_modules /app/node_modules
COPY --from=build /build/packages/server /app/packages/server
COPY --from=build /build/LICENSE /app/
# For SQLite and for keys that are made on first start; not used when the settings give the keys
# and a PostgreSQL database.
RUN install --directory --owner=node --group=node --mode=0700 /var/lib/skygear \
 && ln -s /app/packages/server/bin/skygear-server.mjs /usr/local/bin/skygear-server
USER node
VOLUME /var/lib/skygear
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/_status/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["skygear-server"]
CMD ["serve"]
