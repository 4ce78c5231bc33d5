-- Run once, when the server's data are made: a second database beside `settings`, for Dagster's runs, schedules and logs.
CREATE DATABASE dagster;
