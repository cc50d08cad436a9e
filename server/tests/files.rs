use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use chrono::TimeDelta;
use domain::forms::Problem;
use domain::ids::DocumentId;
use futures::TryStreamExt;
use server::config::Sources;
use server::documents;
use server::error::Error;
use server::files::moving::{self, Moved};
use server::files::place::Place;
use server::files::store::{Store, Trouble};
use server::files::{self, Checked};
use server::sealing::sha256;
use server::testing::TestServer;
use server::{Server, backup, on_both_databases, sql};
use tokio::io::AsyncReadExt;

use crate::receipts::{pdf, received};
use crate::requests::problem;
use crate::s3::{S3, SECRET, files_in, moved};

/// A test of what is true of files wherever they lie: in a folder and in a bucket, on both databases. `disk` is where they are, as
/// somebody sees it who has the disk in their hands; `incoming` where those wait that are not whole yet.
macro_rules! in_both_places {
    ($(async fn $name:ident($t:ident: &TestServer, $disk:ident: &Path, $incoming:ident: &Path) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn everywhere($t: &TestServer, $disk: &Path, $incoming: &Path) $body

            on_both_databases! {
                async fn folder(t: TestServer) {
                    let disk = t.folder();
                    everywhere(&t, &disk, &disk.join("incoming")).await;
                }

                async fn bucket(t: TestServer) {
                    let s3 = S3::start();
                    everywhere(&s3.keeps(t), &s3.disk(), &s3.incoming()).await;
                }
            }
        }
    )*};
}

fn at(disk: &Path, hash: &str) -> PathBuf {
    disk.join(&hash[..2]).join(&hash[2..4]).join(hash)
}

/// What a file holds, as whoever asks for it reads it.
async fn read(store: &Store, hash: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut got = store.get(hash).await.unwrap().unwrap();
    got.file.read_to_end(&mut bytes).await.unwrap();
    assert!(got.whole && got.size == bytes.len() as u64);
    bytes
}

/// A PNG of so many bytes: what follows its end may stay.
fn png(size: usize) -> Vec<u8> {
    let mut bytes = hex::decode("89504e470d0a1a0a0000000d4948445200000001000000010100000000376ef9240000000a49444154789c636000000002000148afa4710000000049454e44ae426082").unwrap();
    let seed = bytes.len();
    bytes.resize(size, 0);
    for (at, byte) in bytes.iter_mut().enumerate().skip(seed) {
        *byte = u8::try_from(at * at / 7 % 251).unwrap();
    }
    bytes
}

in_both_places! {
    async fn a_file_is_kept_once_under_its_hash(t: &TestServer, disk: &Path, incoming: &Path) {
        let bytes = pdf("recibo");
        let first = received(t, bytes.clone()).await.unwrap();
        let again = received(t, bytes.clone()).await.unwrap();
        assert_eq!(first, again);
        assert_eq!((first.hash.as_str(), first.size), (sha256(&bytes).as_str(), bytes.len() as u64));
        assert_eq!(std::fs::read(at(disk, &first.hash)).unwrap(), bytes, "not a byte is changed");
        assert_eq!(read(&t.files, &first.hash).await, bytes);
        assert_eq!((t.count("files").await, files_in(incoming)), (1, 0));
        let found: Vec<_> = t.files.list().try_collect().await.unwrap();
        assert_eq!(found.iter().map(|found| (found.hash.as_str(), found.size)).collect::<Vec<_>>(), [(first.hash.as_str(), first.size)]);
        t.files.check().await.unwrap();
    }

    async fn what_is_refused_leaves_nothing(t: &TestServer, disk: &Path, incoming: &Path) {
        let locked = String::from_utf8(pdf("x")).unwrap().replace("/Root", "/Encrypt 2 0 R/Root").into_bytes();
        for (bytes, expected) in [
            (Vec::new(), Problem::FileEmpty),
            (vec![b'x'; 10 * 1024 * 1024 + 1], Problem::FileTooLarge { max: 10 * 1024 * 1024 }),
            (b"<html>".to_vec(), Problem::FileType),
            ([b"GIF89a".to_vec(), pdf("x")].concat(), Problem::FilePolyglot),
            (locked, Problem::FileEncrypted),
            (pdf("x")[..80].to_vec(), Problem::FileDamaged),
        ] {
            assert_eq!(problem(received(t, bytes).await), ("files".into(), expected));
        }
        assert_eq!((t.count("files").await, files_in(disk), files_in(incoming)), (0, 0, 0));
    }

    async fn a_stream_that_breaks_off_leaves_nothing(t: &TestServer, disk: &Path, incoming: &Path) {
        let parts = [Ok(Bytes::from_static(b"%PDF-1.4")), Err(std::io::Error::other("connection lost"))];
        let result = files::receive(t, futures::stream::iter(parts), "x.pdf").await;
        assert!(matches!(result, Err(Error::Io(_))));
        assert_eq!((t.count("files").await, files_in(disk), files_in(incoming)), (0, 0, 0));
    }

    async fn the_largest_file_is_taken(t: &TestServer, disk: &Path, incoming: &Path) {
        // Of one part exactly, of one and a bit, and of two.
        for size in [5 * 1024 * 1024, 5 * 1024 * 1024 + 1, 10 * 1024 * 1024] {
            let bytes = png(size);
            let stored = received(t, bytes.clone()).await.unwrap();
            assert_eq!(stored.size, size as u64);
            assert!(read(&t.files, &stored.hash).await == bytes && std::fs::read(at(disk, &stored.hash)).unwrap() == bytes);
        }
        assert_eq!(files_in(incoming), 0);
    }

    async fn many_bring_the_same_file_at_once(t: &TestServer, disk: &Path, incoming: &Path) {
        let bytes = pdf("o mesmo");
        let all = futures::future::join_all((0..8).map(|_| received(t, bytes.clone()))).await;
        let hash = sha256(&bytes);
        assert!(all.into_iter().all(|stored| stored.unwrap().hash == hash));
        assert_eq!((t.count("files").await, files_in(disk), files_in(incoming)), (1, 1, 0));
        assert_eq!(read(&t.files, &hash).await, bytes);
    }

    async fn what_no_request_names_is_swept_after_a_day(t: &TestServer, disk: &Path, incoming: &Path) {
        let named = t.a_document(t.a_person().await, "letter", "", b"%PDF-1.7 carta").await;
        let stored = received(t, pdf("unused")).await.unwrap();
        assert_eq!(files::sweep(t).await.unwrap(), 0);
        t.clock.advance(TimeDelta::hours(25));
        let old = SystemTime::now() - Duration::from_secs(7_200);
        for name in ["left.part", "not-ours.txt"] {
            std::fs::write(incoming.join(name), b"half").unwrap();
            std::fs::File::options().write(true).open(incoming.join(name)).unwrap().set_modified(old).unwrap();
        }
        assert_eq!(files::sweep(t).await.unwrap(), 2);
        assert!(!at(disk, &stored.hash).exists());
        assert!(!incoming.join("left.part").exists() && incoming.join("not-ours.txt").exists());
        assert_eq!(t.count("files").await, 1);
        assert_eq!(files::sweep(t).await.unwrap(), 0);
        assert!(documents::open_for_staff(t, &t.staff(domain::actors::Role::Operator).await, named).await.is_ok());
        // Whoever brings it again puts it back.
        received(t, pdf("unused")).await.unwrap();
        assert_eq!(read(&t.files, &stored.hash).await, pdf("unused"));
    }

    async fn what_has_no_row_is_swept_after_a_day(t: &TestServer, disk: &Path, _incoming: &Path) {
        let kept = received(t, pdf("with a row")).await.unwrap();
        let stray = received(t, pdf("without")).await.unwrap();
        let mut tx = t.db.write().await.unwrap();
        sql!(tx, execute: "delete from files where hash = $1", stray.hash.as_str()).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(files::sweep_strays(t).await.unwrap(), 0, "somebody may be about to write its row");
        t.clock.advance(TimeDelta::hours(25));
        assert_eq!(files::sweep_strays(t).await.unwrap(), 1);
        assert!(!at(disk, &stray.hash).exists() && at(disk, &kept.hash).exists());
        assert_eq!((t.count("files").await, files::sweep_strays(t).await.unwrap()), (1, 0));
    }

    async fn damage_is_found_and_never_handed_out(t: &TestServer, disk: &Path, _incoming: &Path) {
        let person = t.a_person().await;
        let (mut ids, mut hashes) = (Vec::new(), Vec::new());
        for text in ["inteiro", "cortado", "trocado", "perdido"] {
            let bytes = pdf(text);
            ids.push(t.a_document(person, "letter", "", &bytes).await);
            hashes.push(sha256(&bytes));
        }
        // Named by nobody: not looked at.
        received(t, pdf("de ninguém")).await.unwrap();
        let whole = Checked { files: 4, bytes: ["inteiro", "cortado", "trocado", "perdido"].map(|text| pdf(text).len() as u64).iter().sum(), ..Checked::default() };
        assert_eq!(files::verify(t).await.unwrap(), whole);
        std::fs::write(at(disk, &hashes[1]), &pdf("cortado")[..100]).unwrap();
        std::fs::write(at(disk, &hashes[2]), pdf("trocadO")).unwrap();
        std::fs::remove_file(at(disk, &hashes[3])).unwrap();
        let checked = files::verify(t).await.unwrap();
        let mut changed = vec![hashes[1].clone(), hashes[2].clone()];
        changed.sort();
        assert_eq!((checked.files, checked.changed, checked.missing), (4, changed, vec![hashes[3].clone()]));
        let customer = t.signed_in(person).await;
        assert!(documents::open(t, &customer, ids[0]).await.is_ok());
        for id in &ids[1..] {
            assert!(matches!(documents::open(t, &customer, *id).await, Err(Error::Corrupt(_))));
        }
        // One bad file ends an archive with an error, not with a good face.
        let parts: Result<Vec<_>, _> = documents::zip(t, &customer, &documents::Filter::default()).await.unwrap().bytes.try_collect().await;
        assert!(parts.is_err());
        // Bringing the right bytes again puts it right.
        received(t, pdf("cortado")).await.unwrap();
        assert!(documents::open(t, &customer, ids[1]).await.is_ok());
    }

    async fn a_backup_brings_the_files_back_wherever_they_lie(t: &TestServer, _disk: &Path, _incoming: &Path) {
        let bytes = png(6 * 1024 * 1024);
        t.a_document(t.a_person().await, "letter", "", &bytes).await;
        let folder = tempfile::tempdir().unwrap();
        let zip = folder.path().join("backup.zip");
        backup::save(t, &zip).await.unwrap();
        // Out of a folder into a bucket, and out of a bucket into a folder.
        let s3 = S3::start();
        let mut config = (*t.config).clone();
        config.files = match config.files {
            Place::Folder(_) => s3.place(&[]),
            Place::Bucket(_) => Place::Folder(folder.path().join("files")),
        };
        config.database = if config.database.starts_with("sqlite") {
            format!("sqlite://{}", folder.path().join("again.db").display())
        } else {
            TestServer::empty_postgres().await.unwrap()
        };
        backup::restore(&config, &zip).await.unwrap();
        let again = Server::open(config.clone()).await.unwrap();
        assert!(read(&again.files, &sha256(&bytes)).await == bytes);
        assert_eq!(files::verify(&again).await.unwrap().files, 1);
        assert!(matches!(backup::restore(&config, &zip).await, Err(Error::Config(_))), "never over files");
        again.db.close().await;
    }

    async fn no_file_is_looked_for_under_what_is_no_hash(t: &TestServer, _disk: &Path, _incoming: &Path) {
        for hash in ["", "../../../etc/passwd", &"g".repeat(64), &"A".repeat(64)] {
            assert!(t.files.get(hash).await.is_err() && t.files.remove(hash).await.is_err());
        }
    }
}

/// The error of a bucket that did not answer as it should.
fn trouble<T>(result: Result<T, Error>) -> Trouble {
    match result {
        Err(Error::Files(trouble)) => trouble,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it went well"),
    }
}

/// Every verb of a store, and what it says.
async fn troubles(t: &TestServer) -> [Trouble; 5] {
    let hash = sha256(b"x");
    [
        trouble(received(t, pdf("x")).await),
        trouble(t.files.get(&hash).await),
        trouble(t.files.remove(&hash).await),
        trouble(t.files.list().try_collect::<Vec<_>>().await),
        trouble(t.files.check().await),
    ]
}

on_both_databases! {
    async fn an_outage_is_told_and_leaves_nothing_half_done(t: TestServer) {
        let mut s3 = S3::start();
        let t = s3.keeps(t);
        let person = t.a_person().await;
        let document = t.a_document(person, "letter", "", &pdf("antes")).await;
        let customer = t.signed_in(person).await;
        let unused = received(&t, pdf("sem uso")).await.unwrap();
        s3.stop();
        let started = Instant::now();
        assert_eq!(troubles(&t).await, std::array::from_fn(|_| Trouble::Unreachable));
        assert!(started.elapsed() < Duration::from_secs(40), "a few tries, then the truth: {:?}", started.elapsed());
        assert_eq!(trouble(documents::open(&t, &customer, document).await), Trouble::Unreachable);
        // A sweep that cannot remove the bytes keeps the row that knows of them.
        t.clock.advance(TimeDelta::hours(25));
        assert_eq!(trouble(files::sweep(&t).await), Trouble::Unreachable);
        assert_eq!(files_in(&s3.incoming()), 0);
        s3.again();
        assert_eq!(t.count("files").await, 3, "the document, the unused one, and one that was meant to come");
        assert!(documents::open(&t, &t.signed_in(person).await, document).await.is_ok());
        assert_eq!(read(&t.files, &unused.hash).await, pdf("sem uso"));
        assert_eq!((files::sweep(&t).await.unwrap(), t.count("files").await), (2, 1));
        received(&t, pdf("x")).await.unwrap();
    }

    async fn a_connection_that_breaks_in_the_middle_leaves_nothing_half_done(t: TestServer) {
        let s3 = S3::start();
        let bytes = png(10 * 1024 * 1024);
        let (hash, t) = (sha256(&bytes), moved(t, s3.breaking(7 * 1024 * 1024, usize::MAX).await));
        assert_eq!(trouble(received(&t, bytes.clone()).await), Trouble::Unreachable);
        assert!(!at(&s3.disk(), &hash).exists(), "a file is there as a whole or not at all");
        assert_eq!(files_in(&s3.incoming()), 0);
        let t = s3.keeps(t);
        assert!(t.files.get(&hash).await.unwrap().is_none());
        received(&t, bytes.clone()).await.unwrap();
        let t = moved(t, s3.breaking(usize::MAX, 4 * 1024 * 1024).await);
        assert_eq!(trouble(t.files.get(&hash).await), Trouble::Unreachable);
        assert_eq!(files_in(&s3.incoming()), 0);
        assert!(read(&s3.store(), &hash).await == bytes);
    }

    async fn a_wrong_secret_and_a_missing_bucket_are_told_apart(t: TestServer) {
        let s3 = S3::start();
        let t = moved(t, s3.place(&[("files_secret", "not the secret")]));
        assert_eq!(troubles(&t).await, std::array::from_fn(|_| Trouble::Refused));
        let t = moved(t, s3.place(&[("files_access_key", "NOBODY")]));
        assert_eq!(trouble(t.files.check().await), Trouble::Refused);
        let t = moved(t, s3.place(&[("files", "s3://nowhere/portal/files")]));
        // This server makes a bucket for what is put into it; Amazon's does not.
        assert_eq!(trouble(t.files.list().try_collect::<Vec<_>>().await), Trouble::NoBucket);
        assert_eq!(trouble(t.files.check().await), Trouble::NoBucket);
        let told = format!("{:?} {:?} {}", t.config, t.files, Error::from(Trouble::Refused));
        assert!(!told.contains(SECRET) && !told.contains("not the secret"));
    }

    async fn a_move_goes_on_where_it_was_stopped(t: TestServer) {
        let mut s3 = S3::start();
        let person = t.a_person().await;
        let mut ids = Vec::new();
        for n in 0..30 {
            ids.push(t.a_document(person, "letter", "", &pdf(&format!("carta {n}"))).await);
        }
        let there = s3.store();
        // In the middle of it the bucket goes away.
        let mut stopped = false;
        let broken = moving::copy(&t, &t.files, &there, |moved| {
            if moved.files == 10 && !stopped {
                stopped = true;
                s3.stop();
            }
        })
        .await;
        // Whatever the server managed to say while it went down: it is no success.
        assert!(broken.is_err());
        assert_eq!(files_in(&t.folder()), 30, "nothing is taken away");
        s3.again();
        // The portal runs: somebody sends a file meanwhile.
        ids.push(t.a_document(person, "letter", "", &pdf("no meio")).await);
        let moved = moving::copy(&t, &t.files, &there, |_| {}).await.unwrap();
        assert_eq!((moved.files, moved.whole()), (31, true));
        assert!((1..=21).contains(&moved.copied), "what was there is not copied again: {}", moved.copied);
        let again = moving::copy(&t, &t.files, &there, |_| {}).await.unwrap();
        assert_eq!(again, Moved { copied: 0, ..moved });
        still_there(&s3.keeps(t), person, &ids).await;
    }

    async fn the_old_place_is_emptied_only_when_all_lies_in_the_new(t: TestServer) {
        let s3 = S3::start();
        let (person, old) = (t.a_person().await, t.config.files.clone());
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(t.a_document(person, "letter", "", &pdf(&format!("carta {n}"))).await);
        }
        let lost = sha256(&pdf("carta 4"));
        let kept = std::fs::read(at(&t.folder(), &lost)).unwrap();
        std::fs::write(at(&t.folder(), &lost), b"damaged").unwrap();
        let stray = t.folder().join("ab/cd").join(format!("abcd{}", "0".repeat(60)));
        std::fs::create_dir_all(stray.parent().unwrap()).unwrap();
        std::fs::write(&stray, b"whose?").unwrap();
        // The place in use is never emptied, whatever it is called.
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(t.folder(), elsewhere.path().join("link")).unwrap();
        for place in [old.clone(), Place::Folder(t.folder().join(".")), Place::Folder(elsewhere.path().join("link"))] {
            assert!(matches!(moving::remove(&t, &place, |_| {}).await, Err(Error::Config(_))));
        }
        assert_eq!(files_in(&t.folder()), 6);
        moving::copy(&t, &t.files, &s3.store(), |_| {}).await.unwrap();
        let folder = t.folder();
        let t = s3.keeps(t);
        let moved = moving::remove(&t, &old, |_| {}).await.unwrap();
        assert_eq!((moved.files, moved.removed, moved.changed), (4, 0, vec![lost.clone()]));
        std::fs::remove_file(at(&folder, &lost)).unwrap();
        let moved = moving::remove(&t, &old, |_| {}).await.unwrap();
        assert_eq!((moved.removed, moved.missing), (0, vec![lost.clone()]));
        assert_eq!(files_in(&folder), 5, "nothing is removed while one is missing");
        std::fs::write(at(&folder, &lost), kept).unwrap();
        t.clock.advance(TimeDelta::seconds(1));
        let moved = moving::remove(&t, &old, |_| {}).await.unwrap();
        assert_eq!((moved.files, moved.copied, moved.removed, moved.left, moved.whole()), (5, 1, 5, 1, true));
        assert_eq!(files_in(&folder), 1, "what the database does not know stays");
        still_there(&t, person, &ids).await;
        assert_eq!(moving::remove(&t, &old, |_| {}).await.unwrap().files, 5, "twice is once");
        // And back.
        let back = Store::open(&old).unwrap();
        assert_eq!(moving::copy(&t, &t.files, &back, |_| {}).await.unwrap().copied, 5);
        let from = t.config.files.clone();
        let t = crate::s3::moved(t, old);
        assert_eq!(moving::remove(&t, &from, |_| {}).await.unwrap().removed, 5);
        assert_eq!(s3.store().list().try_collect::<Vec<_>>().await.unwrap(), []);
        still_there(&t, person, &ids).await;
    }

    async fn documents_are_imported_into_a_bucket(t: TestServer) {
        let s3 = S3::start();
        let t = s3.keeps(t);
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/import");
        for kind in server::imports::Kind::ALL {
            let file = std::fs::File::open(folder.join(format!("{}.csv", kind.as_str()))).unwrap();
            let options = server::imports::Options { folder: Some(folder.clone()), ..server::imports::Options::default() };
            let report = server::imports::run(&t, kind, file, options, |_| {}).await.unwrap();
            assert_eq!(report.refusals, vec![], "{kind:?}");
        }
        let checked = files::verify(&t).await.unwrap();
        assert!(checked.files > 0 && checked.missing.is_empty() && checked.changed.is_empty());
        assert_eq!(files_in(&s3.incoming()), 0);
    }
}

/// Every document is opened by its owner.
async fn still_there(t: &TestServer, person: domain::ids::CustomerId, ids: &[DocumentId]) {
    let customer = t.signed_in(person).await;
    for id in ids {
        documents::open(t, &customer, *id).await.unwrap();
    }
    assert_eq!(files::verify(t).await.unwrap().files, ids.len() as u64);
}

/// A bucket in the host's name is asked for there.
#[tokio::test]
async fn a_bucket_may_stand_in_the_host() {
    let place = [
        ("files", "s3://emdia"),
        ("files_endpoint", "http://localhost:1"),
        ("files_http", "true"),
        ("files_access_key", "AK"),
        ("files_secret", "S"),
        ("files_path_style", "false"),
    ]
    .into_iter()
    .fold(Sources::default(), |sources, (key, value)| sources.set("test", key, value.into()))
    .files()
    .unwrap();
    let store = Arc::new(Store::open(&place).unwrap());
    // Nobody is at emdia.localhost:1; that it is asked is what can be seen.
    assert!(matches!(store.check().await, Err(Error::Files(Trouble::Unreachable))));
}
