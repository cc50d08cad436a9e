//! Lines per second and peak memory of an import of bills into SQLite: `cargo bench -p server --bench imports [LINES]`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unused_crate_dependencies)]

use std::io::{Cursor, Read};
use std::time::Instant;

use server::imports::{self, Kind, Options};
use server::testing::TestServer;

/// A file of so many bills, made as it is read: nothing of it waits in memory.
struct Bills {
    lines: u64,
    next: u64,
    ready: Cursor<Vec<u8>>,
}

impl Read for Bills {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.ready.read(into)?;
        if read > 0 || self.next == self.lines {
            return Ok(read);
        }
        let mut text = String::new();
        if self.next == 0 {
            text.push_str("external_id;contract;number;nature;competence;description;issued_on;due_on;amount\n");
        }
        while self.next < self.lines && text.len() < 32 * 1024 {
            let n = self.next;
            text.push_str(&format!(
                "FAT-2026-{n:08};K{};{n:08};monthly;{:02}/2026;Mensalidade do plano;20/{1:02}/2026;2026-12-{:02};1.{:03},{:02}\n",
                n % 500,
                n % 11 + 1,
                n % 28 + 1,
                n % 1000,
                n % 100
            ));
            self.next += 1;
        }
        self.ready = Cursor::new(text.into_bytes());
        self.ready.read(into)
    }
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown").trim().to_owned()
}

fn main() {
    let lines = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(100_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let t = TestServer::sqlite().await;
        let mut customers = String::from("external_id;tax_id;name\n");
        let mut contracts = String::from("external_id;customer;number;kind;plan_name;starts_on\n");
        for n in 0..500 {
            let mut digits = [b'1'; 9];
            digits[6..].copy_from_slice(format!("{n:03}").as_bytes());
            let cpf = domain::tax_ids::Cpf::with_check_digits(digits).map_or_else(|_| "529.982.247-25".into(), |cpf| cpf.to_string());
            customers.push_str(&format!("C{n};{cpf};Pessoa {n}\n"));
            contracts.push_str(&format!("K{n};C{n};{n};individual;Plano;2020-01-01\n"));
        }
        for (kind, text) in [(Kind::Customers, customers), (Kind::Contracts, contracts)] {
            imports::run(&t, kind, Cursor::new(text), Options::default(), |_| {}).await.unwrap();
        }
        let before = peak_memory();
        for pass in ["new", "again"] {
            let input = Bills { lines, next: 0, ready: Cursor::default() };
            let begin = Instant::now();
            let report = imports::run(&t, Kind::Bills, input, Options::default(), |_| {}).await.unwrap();
            let taken = begin.elapsed();
            assert!(report.refusals.is_empty(), "{:?}", report.refusals.first());
            let per_second = u128::from(lines) * 1_000 / taken.as_millis().max(1);
            println!(
                "bills, {pass}: {lines} lines in {} ms: {per_second} lines/s ({} created, {} unchanged, {} refused); peak memory {} (before: {before})",
                taken.as_millis(),
                report.counts.created,
                report.counts.unchanged,
                report.counts.refused,
                peak_memory()
            );
        }
    });
}
