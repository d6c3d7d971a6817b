//! Where GitHub is.

use url::Url;

use crate::model::Repository;

/// Base addresses of one GitHub: github.com, a GitHub Enterprise Server, or a stand-in on loopback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// REST: `https://api.github.com` or `https://HOST/api/v3`. Never ends with a slash in what is sent.
    api: Url,
    /// Pages for people and git over HTTP: `https://github.com` or `https://HOST`.
    web: Url,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self::github()
    }
}

impl Endpoints {
    /// github.com.
    ///
    /// # Panics
    /// Never: both addresses are constants.
    #[must_use]
    pub fn github() -> Self {
        let parse = |text: &str| Url::parse(text).unwrap_or_else(|error| unreachable!("constant address {text}: {error}"));
        Self { api: parse("https://api.github.com"), web: parse("https://github.com") }
    }

    /// Both addresses given. Only `http` and `https` addresses with a host are taken.
    ///
    /// # Errors
    /// A sentence that names the address that cannot be used.
    pub fn new(api: &str, web: &str) -> Result<Self, String> {
        Ok(Self { api: base(api)?, web: base(web)? })
    }

    /// A GitHub Enterprise Server at `web` (`https://ghe.example.com`): REST stands under `/api/v3`.
    ///
    /// # Errors
    /// A sentence that names the address that cannot be used.
    pub fn enterprise(web: &str) -> Result<Self, String> {
        let web = base(web)?;
        let mut api = web.clone();
        api.set_path(&format!("{}/api/v3", web.path().trim_end_matches('/')));
        Ok(Self { api, web })
    }

    /// Base of the REST interface.
    #[must_use]
    pub fn api(&self) -> &Url {
        &self.api
    }

    /// Base of pages and of git over HTTP.
    #[must_use]
    pub fn web(&self) -> &Url {
        &self.web
    }

    /// The address git fetches from and pushes to. Holds no credentials.
    #[must_use]
    pub fn git_url(&self, repository: &Repository) -> String {
        format!("{}/{}/{}.git", text(&self.web), repository.owner, repository.name)
    }

    /// The page of a repository.
    #[must_use]
    pub fn repository_page(&self, repository: &Repository) -> String {
        format!("{}/{}/{}", text(&self.web), repository.owner, repository.name)
    }

    /// The address of `segments` below the REST base, each percent-encoded.
    pub(super) fn rest(&self, segments: &[String]) -> Url {
        let mut url = self.api.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

fn text(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}

fn base(address: &str) -> Result<Url, String> {
    let url = Url::parse(address.trim()).map_err(|error| format!("`{address}` is not an address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(format!("`{address}` must be an http or https address with a host, such as https://ghe.example.com"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address of GitHub must not hold a user name or password; give credentials by their own settings".into());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> Repository {
        Repository { id: 1, installation: 2, owner: "acme".into(), name: "infra".into() }
    }

    #[test]
    fn an_enterprise_server_speaks_rest_below_its_own_host() {
        let endpoints = Endpoints::enterprise("https://ghe.example.com/").unwrap();
        assert_eq!(endpoints.rest(&["repos".into(), "a b".into()]).as_str(), "https://ghe.example.com/api/v3/repos/a%20b");
        assert_eq!(endpoints.git_url(&repository()), "https://ghe.example.com/acme/infra.git");
    }

    #[test]
    fn a_segment_cannot_leave_its_place_in_the_path() {
        let endpoints = Endpoints::github();
        let url = endpoints.rest(&["repos".into(), "acme/../x".into(), "..".into(), "pulls?x=1".into()]);
        assert_eq!(url.as_str(), "https://api.github.com/repos/acme%2F..%2Fx/pulls%3Fx=1");
    }

    #[test]
    fn addresses_with_credentials_or_other_schemes_are_refused() {
        assert!(Endpoints::new("https://token@api.github.com", "https://github.com").is_err());
        assert!(Endpoints::new("file:///etc", "https://github.com").is_err());
    }
}
