# syntax=docker/dockerfile:1
# One image for web, worker and beat; what differs is the command (see docker-compose.yml).

# The interface, built with the toolchain that the image itself does not need.
FROM node:22-slim AS interface
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

# The Python packages, in a virtual environment that is copied whole.
FROM python:3.11-slim AS packages
COPY requirements.txt /src/
RUN python -m venv /opt/weir \
    && /opt/weir/bin/pip install --no-cache-dir --disable-pip-version-check -r /src/requirements.txt

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin weir \
    && install -d -o weir -g weir /data
ENV PATH=/opt/weir/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    WEIR_DATA_DIR=/data \
    WEIR_PRICES_DIR=/data/prices
WORKDIR /srv/weir
COPY --from=packages /opt/weir /opt/weir
COPY manage.py ./
COPY designer ./designer
COPY estimator ./estimator
COPY --from=interface /src/frontend/dist ./frontend/dist
# Kernels of the simulation, compiled once for any processor of the last ten years; a worker copies
# them to where it may write. For other processors: --build-arg KERNEL_CPU=generic
ARG KERNEL_CPU=x86-64-v3
ENV NUMBA_CPU_NAME=$KERNEL_CPU \
    NUMBA_CPU_FEATURES="" \
    WEIR_KERNELS_DIR=/opt/weir/kernels
RUN python -m compileall -q designer estimator \
    && python -m whitenoise.compress --quiet frontend/dist \
    && NUMBA_CACHE_DIR=/opt/weir/kernels python -m estimator.engine.simulation.warm
USER weir
VOLUME /data
EXPOSE 8000
# Without settings of its own this is a whole Weir on SQLite: web and worker in one container.
CMD ["sh", "-c", "python manage.py migrate --verbosity 0 && exec python manage.py up --host 0.0.0.0"]
