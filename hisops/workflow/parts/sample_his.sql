-- A small hospital database with synthetic rows only; no real person stands in it.
CREATE ROLE his LOGIN;
CREATE DATABASE his OWNER his;
COMMENT ON DATABASE his IS 'Synthetic data made by hisops; no real patient';
\connect his
SET ROLE his;
CREATE SCHEMA clinic;
CREATE TABLE clinic.patient (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    birth_date date NOT NULL,
    is_synthetic boolean NOT NULL DEFAULT true CHECK (is_synthetic)
);
COMMENT ON TABLE clinic.patient IS 'Synthetic patients';
CREATE TABLE clinic.visit (
    id bigint PRIMARY KEY,
    patient_id bigint NOT NULL REFERENCES clinic.patient,
    ward text NOT NULL,
    admitted_at timestamptz NOT NULL
);
CREATE TABLE clinic.lab_order (
    id bigint PRIMARY KEY,
    visit_id bigint NOT NULL REFERENCES clinic.visit,
    ordered_at timestamptz NOT NULL
);
CREATE TABLE clinic.lab_result (
    id bigint PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES clinic.lab_order,
    item text NOT NULL,
    value numeric(8, 2) NOT NULL
);
INSERT INTO clinic.patient
SELECT n, '虚构患者 ' || n, date '1930-01-01' + (n * 37 % 32000)::integer
  FROM generate_series(1, 2000) n;
INSERT INTO clinic.visit
SELECT n, 1 + n % 2000, '病区 ' || n % 25, now() - n * interval '25 min'
  FROM generate_series(1, 4000) n;
INSERT INTO clinic.lab_order
SELECT n, 1 + n % 4000, now() - n * interval '20 min' FROM generate_series(1, 6000) n;
INSERT INTO clinic.lab_result
SELECT n, 1 + n % 6000, (ARRAY['K', 'Na', 'Cl', 'Glu', 'Hb'])[1 + n % 5], n % 997 / 7.0
  FROM generate_series(1, 18000) n;
