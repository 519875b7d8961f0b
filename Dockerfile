# syntax=docker/dockerfile:1

# Node.js builds the GraphiQL page from its npm package, so that it works without the internet.
FROM node:24-bookworm-slim AS node

FROM rust:1.95.0-slim-bookworm AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --profile shipped --locked --package cli \
    && cp target/shipped/commonground /usr/local/bin/commonground

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --user-group --home-dir /data --no-create-home commonground \
    && install --directory --owner=commonground --group=commonground /data
COPY --from=build /usr/local/bin/commonground /usr/local/bin/commonground
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/commonground/
USER commonground
ENV COMMONGROUND_LISTEN=0.0.0.0:8080 \
    COMMONGROUND_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# There is no curl here, and there need not be: bash speaks enough HTTP to ask.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r status <&3 && [[ $status == *' 200 '* ]]"]
ENTRYPOINT ["commonground"]
CMD ["serve"]
