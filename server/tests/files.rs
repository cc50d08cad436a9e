use bytes::Bytes;
use chrono::TimeDelta;
use domain::forms::Problem;
use server::error::Error;
use server::files;
use server::on_both_databases;
use server::testing::TestServer;

use crate::receipts::{pdf, received};
use crate::requests::problem;

fn entries(t: &TestServer) -> usize {
    let incoming = t.config.files.join("incoming");
    std::fs::read_dir(incoming).map_or(0, Iterator::count)
}

on_both_databases! {
    async fn a_file_is_kept_once_under_its_hash(t: TestServer) {
        let bytes = pdf("recibo");
        let first = received(&t, bytes.clone()).await.unwrap();
        let again = received(&t, bytes.clone()).await.unwrap();
        assert_eq!(first, again);
        assert_eq!(first.hash, server::sealing::sha256(&bytes));
        assert_eq!(first.size, bytes.len() as u64);
        let path = files::path(&t, &first.hash).unwrap();
        assert!(path.ends_with(format!("{}/{}/{}", &first.hash[..2], &first.hash[2..4], first.hash)));
        assert_eq!(std::fs::read(path).unwrap(), bytes, "not a byte is changed");
        assert_eq!((t.count("files").await, entries(&t)), (1, 0));
    }

    async fn what_is_refused_leaves_nothing(t: TestServer) {
        let locked = String::from_utf8(pdf("x")).unwrap().replace("/Root", "/Encrypt 2 0 R/Root").into_bytes();
        for (bytes, expected) in [
            (Vec::new(), Problem::FileEmpty),
            (vec![b'x'; 10 * 1024 * 1024 + 1], Problem::FileTooLarge { max: 10 * 1024 * 1024 }),
            (b"<html>".to_vec(), Problem::FileType),
            ([b"GIF89a".to_vec(), pdf("x")].concat(), Problem::FilePolyglot),
            (locked, Problem::FileEncrypted),
            (pdf("x")[..80].to_vec(), Problem::FileDamaged),
        ] {
            assert_eq!(problem(received(&t, bytes).await), ("files".into(), expected));
        }
        assert_eq!((t.count("files").await, entries(&t)), (0, 0));
    }

    async fn a_stream_that_breaks_off_leaves_nothing(t: TestServer) {
        let parts = [Ok(Bytes::from_static(b"%PDF-1.4")), Err(std::io::Error::other("connection lost"))];
        let result = files::receive(&t, futures::stream::iter(parts), "x.pdf").await;
        assert!(matches!(result, Err(Error::Io(_))));
        assert_eq!((t.count("files").await, entries(&t)), (0, 0));
    }

    async fn the_largest_file_is_taken(t: TestServer) {
        // A PNG of as many bytes: what follows its end may stay.
        let mut bytes = hex::decode("89504e470d0a1a0a0000000d4948445200000001000000010100000000376ef9240000000a49444154789c636000000002000148afa4710000000049454e44ae426082").unwrap();
        bytes.resize(10 * 1024 * 1024, 0);
        let stored = received(&t, bytes).await;
        assert_eq!(stored.unwrap().size, 10 * 1024 * 1024);
    }

    async fn what_no_request_names_is_swept_after_a_day(t: TestServer) {
        let stored = received(&t, pdf("unused")).await.unwrap();
        assert_eq!(files::sweep(&t).await.unwrap(), 0);
        t.clock.advance(TimeDelta::hours(25));
        let incoming = t.config.files.join("incoming");
        std::fs::write(incoming.join("left.part"), b"half").unwrap();
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(7_200);
        std::fs::File::options().write(true).open(incoming.join("left.part")).unwrap().set_modified(old).unwrap();
        assert_eq!(files::sweep(&t).await.unwrap(), 2);
        assert!(!files::path(&t, &stored.hash).unwrap().exists());
        assert_eq!((t.count("files").await, entries(&t)), (0, 0));
    }

    async fn no_path_is_made_of_what_is_no_hash(t: TestServer) {
        for hash in ["", "../../../etc/passwd", &"g".repeat(64), &"A".repeat(64)] {
            assert!(files::path(&t, hash).is_err());
        }
    }
}
