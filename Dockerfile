# Build: the same toolchain as development. System OpenSSL (for git over HTTPS) is linked from the final image.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends pkg-config libssl-dev build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --locked --release -p remediate --bin remediate

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libssl3 && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin remediate && install -d -o remediate -m 0700 /data
COPY --from=build /src/target/release/remediate /usr/local/bin/remediate
USER 10001
# The only place that is written: database, mirrors, credentials. Everything else may be mounted read-only (docker run --read-only).
VOLUME /data
ENV REMEDIATE_DATA=/data REMEDIATE_SERVER_LISTEN=0.0.0.0:8080 TMPDIR=/data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["remediate", "health"]
ENTRYPOINT ["remediate"]
CMD ["serve"]
