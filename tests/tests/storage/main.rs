//! What is below the capabilities: the databases of the tests, migrations of databases with data, and power cuts. One
//! program, as each links everything and starts a PostgreSQL server of its own.

mod databases;
mod migrations;
mod power_cuts;
