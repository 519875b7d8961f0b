//! Just enough HTTP/1.1 to put load on a server without taking its processor: one connection that is kept open, one
//! request at a time, and no byte of an answer read twice. It trusts the server that is measured, and nothing else
//! should be asked with it.

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

/// Where requests go, with what all of them begin with.
#[derive(Clone)]
pub(crate) struct Target {
    address: String,
    host: String,
    post: String,
}

impl Target {
    pub(crate) fn new(url: &Url, token: Option<&str>) -> Result<Self> {
        ensure!(url.scheme() == "http", "--url must begin with http://");
        let name = url.host_str().context("--url names no host")?;
        let port = url.port_or_known_default().unwrap_or(80);
        let host = format!("{name}:{port}");
        let authorization =
            token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
        let post = format!(
            "POST {} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
             accept: application/graphql-response+json\r\n{authorization}content-length: ",
            url.path(),
        );
        Ok(Self { address: host.clone(), host, post })
    }

    /// Writes a request with this body, in so many parts, in place of what the buffer holds.
    pub(crate) fn render(&self, body: &[&str], into: &mut Vec<u8>) {
        into.clear();
        into.extend(self.post.as_bytes());
        let length: usize = body.iter().map(|part| part.len()).sum();
        into.extend(length.to_string().as_bytes());
        into.extend(b"\r\n\r\n");
        for part in body {
            into.extend(part.as_bytes());
        }
    }

    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.host).into_bytes()
    }
}

/// A connection that is kept open.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer; it stays until the next request.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

impl Connection {
    pub(crate) async fn open(target: &Target) -> Result<Self> {
        let stream = TcpStream::connect(&target.address)
            .await
            .with_context(|| format!("nobody listens at {}", target.address))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(64 * 1024) })
    }

    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.received.clear();
        let head = loop {
            self.receive().await?;
            if let Some(head) = Head::read(&self.received)? {
                break head;
            }
        };
        let body = match head.length {
            Length::Known(length) => {
                let end = head.size + length;
                while self.received.len() < end {
                    self.receive().await?;
                }
                head.size..end
            }
            Length::Chunked => {
                let mut chunks = Chunks::new(head.size);
                while !chunks.advance(&mut self.received)? {
                    self.receive().await?;
                }
                head.size..chunks.decoded
            }
        };
        Ok(Answer { status: head.status, body: &self.received[body] })
    }

    async fn receive(&mut self) -> Result<()> {
        let count = self.stream.read_buf(&mut self.received).await?;
        ensure!(count > 0, "the server closed the connection in the middle of an answer");
        Ok(())
    }
}

enum Length {
    Known(usize),
    Chunked,
}

struct Head {
    status: u16,
    size: usize,
    length: Length,
}

impl Head {
    /// Returns the head, once it is there as a whole.
    fn read(received: &[u8]) -> Result<Option<Self>> {
        let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let text = std::str::from_utf8(&received[..end]).context("the head is no text")?;
        let mut lines = text.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.strip_prefix("HTTP/1.1 "))
            .and_then(|rest| rest.get(..3)?.parse().ok())
            .context("this is no HTTP/1.1")?;
        let mut length = Length::Known(0);
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                length = Length::Known(value.trim().parse()?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                length = Length::Chunked;
            }
        }
        Ok(Some(Self { status, size: end + 4, length }))
    }
}

/// Moves the chunks of a body together, in the buffer that they came in.
struct Chunks {
    decoded: usize,
    raw: usize,
}

impl Chunks {
    fn new(start: usize) -> Self {
        Self { decoded: start, raw: start }
    }

    /// Returns true when the last chunk has come.
    fn advance(&mut self, received: &mut [u8]) -> Result<bool> {
        loop {
            let rest = &received[self.raw..];
            let Some(line) = rest.windows(2).position(|two| two == b"\r\n") else {
                return Ok(false);
            };
            let Ok(size) = usize::from_str_radix(std::str::from_utf8(&rest[..line])?, 16) else {
                bail!("a chunk has no size");
            };
            let data = self.raw + line + 2;
            let next = data + size + 2;
            if received.len() < next {
                return Ok(false);
            }
            received.copy_within(data..data + size, self.decoded);
            self.decoded += size;
            self.raw = next;
            if size == 0 {
                return Ok(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// Answers each request with the next of these pieces of answers, piece by piece.
    async fn serve(answers: &'static [&'static [&'static str]]) -> Target {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let mut request = [0; 4096];
            for answer in answers {
                let _ = stream.read(&mut request).await.unwrap();
                for piece in *answer {
                    stream.write_all(piece.as_bytes()).await.unwrap();
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
            }
        });
        Target::new(&url.parse().unwrap(), Some("secret")).unwrap()
    }

    #[tokio::test]
    async fn answers_are_read_to_their_end_on_one_connection() {
        let target = serve(&[
            &["HTTP/1.1 200 OK\r\nContent-Le", "ngth: 5\r\n\r\nab", "cde"],
            &[
                "HTTP/1.1 429 Slow Down\r\ntransfer-encoding: chunked\r\n\r\n3\r\na",
                "bc\r\n2\r\nde\r",
                "\n0\r\n\r\n",
            ],
            &["HTTP/1.1 204 No Content\r\n\r\n"],
        ])
        .await;
        let mut connection = Connection::open(&target).await.unwrap();
        let mut request = Vec::new();
        target.render(&["{", "}"], &mut request);
        for (status, body) in [(200, "abcde"), (429, "abcde"), (204, "")] {
            let answer = connection.exchange(&request).await.unwrap();
            assert_eq!((answer.status, answer.body), (status, body.as_bytes()));
        }
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_an_error() {
        let target = serve(&[&["HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nab"]]).await;
        let mut connection = Connection::open(&target).await.unwrap();
        assert!(connection.exchange(&target.get("/")).await.is_err());
    }

    #[test]
    fn a_request_says_how_long_it_is_and_who_asks() {
        let url = "http://127.0.0.1:8080/graphql".parse().unwrap();
        let mut request = Vec::new();
        Target::new(&url, Some("secret")).unwrap().render(&["{\"a\":", "1}"], &mut request);
        let request = String::from_utf8(request).unwrap();
        assert!(request.starts_with("POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:8080\r\n"));
        assert!(request.contains("authorization: Bearer secret\r\n"));
        assert!(request.ends_with("content-length: 7\r\n\r\n{\"a\":1}"));
    }
}
