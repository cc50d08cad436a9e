use std::collections::BTreeSet;
use std::io::{Read, Write};

use domain::money::Money;
use server::config::Config;
use server::db::Link;
use server::files::place::Place;
use server::testing::TestServer;
use server::{Server, audit, backup, files, ledger, on_both_databases, sql};

/// The same installation with another, empty database and folder.
async fn elsewhere(t: &TestServer, folder: &std::path::Path) -> Option<Config> {
    let mut config = (*t.config).clone();
    config.files = Place::Folder(folder.join("files"));
    config.database = if t.config.database.starts_with("sqlite") {
        format!("sqlite://{}", folder.join("again.db").display())
    } else {
        TestServer::empty_postgres().await?
    };
    Some(config)
}

on_both_databases! {
    async fn a_backup_comes_back_whole(t: TestServer) {
        let person = t.a_person().await;
        t.a_bill(person, Money::cents(52_347), 40).await;
        t.signed_in(person).await;
        t.a_document(person, "letter", "", b"%PDF-1.7").await;
        let folder = tempfile::tempdir().unwrap();
        let zip = folder.path().join("backup.zip");
        backup::save(&t, &zip).await.unwrap();
        assert!(backup::save(&t, &zip).await.is_err(), "never over another backup");

        let config = elsewhere(&t, folder.path()).await.unwrap();
        backup::restore(&config, &zip).await.unwrap();
        let again = Server::open(config.clone()).await.unwrap();
        again.db.migrate().await.unwrap();
        let mut conn = again.db.read().await.unwrap();
        assert!(matches!(audit::verify(&mut conn).await.unwrap(), audit::Chain::Whole { events } if events > 0));
        let (bills,) = sql!(conn, one (i64,): "select count(*) from bills").unwrap();
        assert_eq!(bills, 1);
        assert!(ledger::verify(&again).await.unwrap().is_empty());
        assert_eq!(files::verify(&again).await.unwrap(), files::Checked { files: 1, bytes: 8, ..files::Checked::default() });
        drop(conn);
        assert!(backup::restore(&config, &zip).await.is_err(), "never over data");
        again.db.close().await;
    }

    async fn a_damaged_backup_writes_nothing(t: TestServer) {
        t.a_person().await;
        let folder = tempfile::tempdir().unwrap();
        let zip = folder.path().join("backup.zip");
        backup::save(&t, &zip).await.unwrap();
        let mut bytes = Vec::new();
        std::fs::File::open(&zip).unwrap().read_to_end(&mut bytes).unwrap();
        // In what is kept, not in what an archive says of itself twice.
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
        let inside = (0..archive.len())
            .map(|at| {
                let entry = archive.by_index_raw(at).unwrap();
                (entry.compressed_size(), entry.data_start())
            })
            .max()
            .map(|(size, start)| usize::try_from(start + size / 2).unwrap())
            .unwrap();
        drop(archive);
        bytes[inside] ^= 0x55;
        std::fs::File::create(&zip).unwrap().write_all(&bytes).unwrap();
        let config = elsewhere(&t, folder.path()).await.unwrap();
        assert!(backup::restore(&config, &zip).await.is_err());
        assert!(!folder.path().join("files").exists());
        assert!(!folder.path().join("again.db").exists());
    }

    async fn every_table_is_in_a_backup(t: TestServer) {
        let mut conn = t.db.read().await.unwrap();
        let text = match conn.link() {
            Link::Sqlite(_) => "select name from sqlite_master where type = 'table' and name not like '\\_%' escape '\\' and name not like 'sqlite%'",
            Link::Postgres(_) => "select table_name::text from information_schema.tables where table_schema = 'public' and table_name not like '\\_%'",
        };
        let names = sql!(conn, all (String,): text).unwrap();
        let names: BTreeSet<&str> = names.iter().map(|(name,)| name.as_str()).collect();
        assert_eq!(names, backup::TABLES.iter().copied().collect());
    }
}
